// What a person says to an alert. It is sent to the worker; what comes of it shows as a new revision.
import { h, refill, setText } from "./dom.js";
import { post } from "./session.js";
import { store } from "./store.js";
import { say, word } from "./words.js";

const SNOOZES = [15, 60, 240];
const LONG_MS = 20_000;

/** The buttons of one alert. Gives `{node, show(alert), refresh(), leave()}`. */
export function answers(id) {
  let alert = null;
  let built = false;
  const comment = h("textarea", { id: "comment", rows: 2, maxlength: 2000, "aria-describedby": "comment-help" });
  const told = h("p", { class: "told", role: "status" });
  const node = h("section", { class: "answers", hidden: true });

  async function send(action, body, said) {
    const text = comment.value.trim();
    const sent = { said, since: Date.now(), revision: alert.revision };
    store.sent.set(id, sent);
    store.tell("sent", id);
    try {
      await post(`/alerts/${encodeURIComponent(id)}/${action}`, text ? { ...body, comment: text } : body);
      comment.value = "";
    } catch (error) {
      store.sent.delete(id);
      store.tell("sent", id);
      setText(told, say("not_sent", error.message));
    }
  }

  function button(label, action, body, spoken, cls = "") {
    return h("button", { type: "button", class: cls, "data-action": action, "aria-label": spoken === label ? null : spoken, onclick: () => send(action, body, spoken) }, label);
  }

  function build() {
    const group = (name, ...buttons) => h("div", { class: "group", role: "group", "aria-label": name }, h("span", { class: "quiet", "aria-hidden": "true" }, name), buttons);
    const snoozes = SNOOZES.map((minutes) => {
      const label = say("minutes", minutes);
      return button(label, "snooze", { minutes }, `${word("snooze")}: ${label}`);
    });
    refill(
      node,
      h("h3", {}, word("answer")),
      h("div", { class: "groups" },
        button(word("acknowledge"), "acknowledge", {}, word("acknowledge"), "strong"),
        group(word("snooze"), snoozes),
        h("div", { class: "group", role: "group", "aria-label": word("useful") },
          button(word("useful"), "feedback", { useful: true }, word("useful")),
          button(word("not_useful"), "feedback", { useful: false }, word("not_useful"))),
        h("div", { class: "group", role: "group", "aria-label": word("true_alarm") },
          button(word("true_alarm"), "feedback", { true_alarm: true }, word("true_alarm")),
          button(word("false_alarm"), "feedback", { true_alarm: false }, word("false_alarm")))),
      h("label", { for: "comment" }, word("comment")),
      comment,
      h("p", { id: "comment-help", class: "quiet" }, word("comment_help")),
      told,
    );
  }

  function refresh() {
    if (!alert) return;
    const sent = store.sent.get(id);
    if (sent && alert.revision > sent.revision) store.sent.delete(id);
    const waits = store.sent.get(id);
    if (waits) setText(told, say(Date.now() - waits.since > LONG_MS ? "sent_long" : "sent", waits.said));
    else if (told.dataset.waited === "yes") setText(told, "");
    told.dataset.waited = waits ? "yes" : "no";
  }

  const timer = setInterval(refresh, 5000);
  return {
    node,
    show(found) {
      alert = found;
      const ended = found.status === "resolved";
      const open = store.may("answer") && !ended;
      if (!open) refill(node, h("p", { class: "quiet" }, word(ended ? "resolved_note" : "may_not")));
      else if (!built) build();
      built = open;
      node.hidden = false;
      refresh();
    },
    refresh,
    leave: () => clearInterval(timer),
  };
}
