/** What a visitor reads when something went wrong: plain words, never a stack trace. */
export function plainMessage(text: string): HTMLElement {
  const message = document.createElement('p');
  message.className = 'cp-message';
  message.setAttribute('role', 'alert');
  message.textContent = text || 'This part of the page could not be shown. Reload the page to try again.';
  return message;
}
