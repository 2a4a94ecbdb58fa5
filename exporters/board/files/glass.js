// Breaking the glass: to look at a wearer in an emergency, with a reason that is kept.
import { h, setText } from "./dom.js";
import { post } from "./session.js";
import { openDialog } from "./signin.js";
import { say, word } from "./words.js";

const MINUTES = [15, 30, 60];

export function breakGlass(wearer, onOpen) {
  const reason = h("textarea", { id: "glass-reason", rows: 3, minlength: 10, maxlength: 200, required: true });
  const minutes = h("select", { id: "glass-minutes" }, MINUTES.map((value) => h("option", { value, selected: value === 60 }, say("minutes", value))));
  const wrong = h("p", { class: "wrong", role: "alert" });
  const send = async (event) => {
    event.preventDefault();
    try {
      await post(`/wearers/${encodeURIComponent(wearer)}/break-glass`, { reason: reason.value.trim(), minutes: Number(minutes.value) });
      dialog.close();
      onOpen();
    } catch (error) {
      setText(wrong, error.message);
    }
  };
  const dialog = openDialog(
    word("glass_title"),
    h("form", { class: "glass", onsubmit: send },
      h("p", {}, say("to_wearer", wearer)),
      h("p", { class: "quiet" }, word("glass_help")),
      h("label", { for: "glass-reason" }, word("reason")), reason,
      h("label", { for: "glass-minutes" }, word("for_minutes")), minutes,
      wrong,
      h("p", { class: "buttons" },
        h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, word("cancel")),
        h("button", { class: "strong" }, word("open_glass")))),
  );
  reason.focus();
}
