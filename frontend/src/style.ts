/** Put a stylesheet before the page's own, so that ours has the last word. */
export function addStyle(text: string): void {
  const style = document.createElement('style');
  style.textContent = text;
  document.head.prepend(style);
}
