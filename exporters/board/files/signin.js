// Sign-in with a token: kept for this tab, sent as a header, never part of an address.
import { h, refill } from "./dom.js";
import { get, session } from "./session.js";
import { word } from "./words.js";

function form(onToken, refused) {
  const token = h("input", { id: "token", type: "password", autocomplete: "off", required: true, spellcheck: "false", "aria-describedby": "token-help" });
  const wrong = h("p", { class: "wrong", role: "alert" }, refused ? word("token_wrong") : "");
  const send = async (event) => {
    event.preventDefault();
    const before = session.token;
    session.signIn(token.value.trim());
    try {
      await get("/me");
      onToken();
    } catch (error) {
      if (before) session.signIn(before);
      else session.signOut();
      refill(wrong, error.status === 401 ? word("token_wrong") : error.message);
      token.select();
    }
  };
  return h(
    "form",
    { class: "signin", onsubmit: send },
    h("label", { for: "token" }, word("token")),
    token,
    h("p", { id: "token-help", class: "quiet" }, word("token_help")),
    wrong,
    h("button", { class: "strong" }, word("sign_in")),
  );
}

export function signInPage(main, { refused, onToken }) {
  session.signOut();
  refill(main, h("section", { class: "panel alone" }, h("h1", {}, word("sign_in")), h("p", {}, word("token_needed")), form(onToken, refused)));
  main.querySelector("input").focus();
}

export function signInDialog(onToken) {
  openDialog(word("sign_in"), form(onToken, false));
}

/** A dialog that is removed when closed; focus goes back to where it was. */
export function openDialog(title, ...content) {
  const back = document.activeElement;
  const dialog = h(
    "dialog",
    { "aria-labelledby": "dialog-title", onclose: () => (dialog.remove(), back?.focus?.()) },
    h("header", {}, h("h2", { id: "dialog-title" }, title), h("button", { type: "button", class: "plain", "aria-label": word("close"), onclick: () => dialog.close() }, "✕")),
    ...content,
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
