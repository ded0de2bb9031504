/** ipywidgets' controls with their style sheet, loaded when the first of them is needed. */
import base from '@jupyter-widgets/base/css/index.css';
import controls from '@jupyter-widgets/controls/css/widgets.css';
import { addStyle } from './style';
import theme from './theme.css';

export * from '@jupyter-widgets/controls';

addStyle(base + controls + theme);
