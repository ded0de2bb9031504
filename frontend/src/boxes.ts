/** ipywidgets' boxes with their style. If other controls are loaded too, both use these classes. */
import style from './boxes.css';
import { addStyle } from './style';

export { BoxModel, BoxView, HBoxModel, HBoxView, VBoxModel, VBoxView } from '@jupyter-widgets/controls/lib/widget_box';

addStyle(style);
