/** ipywidgets' own controls with their stylesheet, loaded when the first of them is needed. */
import base from '@jupyter-widgets/base/css/index.css';
import controls from '@jupyter-widgets/controls/css/widgets.css';
import theme from './theme.css';

export * from '@jupyter-widgets/controls';

const style = document.createElement('style');
style.textContent = base + controls + theme;
// Before the page's own style, so that ours has the last word.
document.head.prepend(style);
