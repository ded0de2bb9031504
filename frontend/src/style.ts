/** Add a style sheet before the page's own, so that the page's own rules win. */
export function addStyle(text: string): void {
  const style = document.createElement('style');
  style.textContent = text;
  document.head.prepend(style);
}
