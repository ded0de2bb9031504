// A slider between two poles that has no value until it is touched.
//
// It is a native range input, so every browser and screen reader supports it. Added are the unset
// state, the number on the handle, and digits as keys.

const TYPING_PAUSE = 800; // ms in which a second digit joins the first, as in "10"
const HANDLE = 44; // px, as in rating_slider.css

let count = 0;

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  el.classList.add("careerpath", "cp-slider");
  const id = `cp-slider-${(count += 1)}`;
  el.innerHTML = `
    <div class="cp-card" role="group" aria-labelledby="${id}-stem">
      <p class="cp-stem" id="${id}-stem"></p>
      <div class="cp-poles"><p id="${id}-low"></p><p id="${id}-high"></p></div>
      <div class="cp-scale">
        <div class="cp-ticks" aria-hidden="true"></div>
        <input type="range" class="cp-range" aria-labelledby="${id}-stem ${id}-low ${id}-or ${id}-high">
        <span class="cp-hidden" id="${id}-or">or</span>
        <output class="cp-thumb" aria-hidden="true"></output>
      </div>
      <div class="cp-ends" aria-hidden="true"><span></span><span></span></div>
    </div>`;
  el.dataset.item = model.get("name");
  const input = el.querySelector("input");
  input.dataset.lmSuppressShortcuts = "true"; // JupyterLab uses the arrow keys itself
  const thumb = el.querySelector("output");
  const [lowEnd, highEnd] = el.querySelectorAll(".cp-ends span");
  const minimum = () => model.get("minimum");
  const maximum = () => model.get("maximum");
  const step = () => model.get("step");
  let typed = "";
  let typedAt = 0;
  let leaving = false;

  const describe = () => {
    el.querySelector(`#${id}-stem`).textContent = model.get("label");
    el.querySelector(`#${id}-low`).textContent = model.get("low_label");
    el.querySelector(`#${id}-high`).textContent = model.get("high_label");
    lowEnd.textContent = `${minimum()} · fully this`;
    highEnd.textContent = `fully this · ${maximum()}`;
    Object.assign(input, { min: minimum(), max: maximum(), step: step() });
    const steps = Math.round((maximum() - minimum()) / step());
    const ticks = el.querySelector(".cp-ticks");
    ticks.replaceChildren(
      ...Array.from({ length: steps > 40 ? 0 : steps + 1 }, (_, index) => {
        const tick = document.createElement("i");
        tick.style.setProperty("--cp-at", index / steps);
        return tick;
      }),
    );
  };

  const show = () => {
    const value = model.get("value");
    preview(value);
    input.disabled = model.get("disabled");
    input.setAttribute("aria-valuetext", value === null ? "not answered yet" : spoken(value));
  };

  const preview = (value) => {
    const unset = value === null;
    el.classList.toggle("cp-unset", unset);
    // The input needs some value; the middle is where the keys start from.
    if (unset || Number(input.value) !== value) input.value = unset ? middle() : value;
    thumb.textContent = unset ? "" : value;
    thumb.style.setProperty("--cp-at", (Number(input.value) - minimum()) / (maximum() - minimum()));
  };

  const spoken = (value) =>
    value === minimum()
      ? `${value}, fully: ${model.get("low_label")}`
      : value === maximum()
        ? `${value}, fully: ${model.get("high_label")}`
        : `${value}`;

  const middle = () => onGrid((minimum() + maximum()) / 2);

  const onGrid = (number) => {
    const steps = Math.round((Math.min(Math.max(number, minimum()), maximum()) - minimum()) / step());
    return Number((minimum() + steps * step()).toPrecision(12));
  };

  const valueAt = (x) => {
    const { left, width } = input.getBoundingClientRect();
    const share = (x - left - HANDLE / 2) / (width - HANDLE);
    return onGrid(minimum() + share * (maximum() - minimum()));
  };

  const take = (number) => {
    if (leaving || model.get("disabled")) return;
    const value = onGrid(number);
    if (value === model.get("value")) return show();
    model.set("value", value);
    model.save_changes();
    show();
    const detail = { name: model.get("name"), value };
    el.dispatchEvent(new CustomEvent("careerpath:answer", { bubbles: true, detail }));
  };

  const typeDigit = (digit, now) => {
    const joined = now - typedAt < TYPING_PAUSE ? typed + digit : digit;
    typed = Number(joined) <= maximum() ? joined : digit;
    typedAt = now;
    if (Number(typed) >= minimum() && Number(typed) <= maximum()) take(Number(typed));
  };

  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!concerns(event.target)) return;
    const unset = model.get("value") === null;
    if (/^[0-9]$/.test(event.key)) typeDigit(event.key, event.timeStamp);
    else if (event.key === "Enter" && event.target.tagName !== "BUTTON") submit(event);
    else if (unset && /^Arrow|^Page/.test(event.key) && event.target === input) take(middle());
    else if (unset && event.key === "Home" && event.target === input) take(minimum());
    else if (unset && event.key === "End" && event.target === input) take(maximum());
    else return;
    event.preventDefault();
  };

  // Digits and Enter work wherever the focus is in the same app, not only on the handle.
  const concerns = (target) => {
    if (target === input) return true;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return false;
    const app = el.closest(".careerpath-app");
    return app ? app.contains(target) || target === document.body : el.contains(target);
  };

  const submit = (event) => {
    if (event.repeat || leaving) return;
    if (model.get("value") === null) {
      const detail = "Not answered yet.";
      el.dispatchEvent(new CustomEvent("careerpath:say", { bubbles: true, detail }));
      return;
    }
    // Keys pressed too early would answer the question that is about to disappear.
    leaving = true;
    setTimeout(() => (leaving = false), 1000);
    model.send({ submit: true });
  };

  // At first the native handle is hidden in the middle, and a tap on it moves nothing: then the
  // place of the finger counts. A finger on the line may only want to scroll: the value is shown at
  // once, but counts only when the finger is lifted.
  let moved = false;
  let touching = false;
  input.addEventListener("pointerdown", (event) => {
    moved = false;
    touching = event.pointerType === "touch";
  });
  input.addEventListener("input", () => {
    moved = true;
    if (touching) preview(Number(input.value));
    else take(Number(input.value));
  });
  input.addEventListener("pointerup", (event) => {
    touching = false;
    take(moved ? Number(input.value) : valueAt(event.clientX));
  });
  input.addEventListener("pointercancel", () => {
    touching = false;
    show();
  });
  // Some screen readers click, or set a value, without a pointer.
  input.addEventListener("click", (event) => {
    if (!event.detail) take(Number(input.value));
  });
  document.addEventListener("keydown", press);
  model.on("change:value change:disabled", show);
  const redescribe = () => (describe(), show());
  model.on("change:label change:low_label change:high_label", redescribe);
  model.on("change:minimum change:maximum change:step", redescribe);
  describe();
  show();
  let gone = false;
  const focusWhenShown = () => {
    if (gone) return;
    if (input.isConnected && input.offsetParent) input.focus({ preventScroll: true });
    else requestAnimationFrame(focusWhenShown);
  };
  if (model.get("autofocus")) focusWhenShown();

  return () => {
    gone = true;
    document.removeEventListener("keydown", press);
    model.off("change:value change:disabled", show);
    model.off("change:label change:low_label change:high_label", redescribe);
    model.off("change:minimum change:maximum change:step", redescribe);
  };
}

export default { render };
