/** ipywidgets' boxes with their style. Where controls are needed too, both share these classes. */
import style from './boxes.css';
import { addStyle } from './style';

export { BoxModel, BoxView, HBoxModel, HBoxView, VBoxModel, VBoxView } from '@jupyter-widgets/controls/lib/widget_box';

addStyle(style);
