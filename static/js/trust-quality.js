// Starts the components on a page, and again on whatever htmx swaps into it.
import * as frontend from "./govuk-frontend.min.js";
import "./drafts.js";
import "./meeting.js";

// Counts as the server does: signs, not the halves of some of them, and lines.
class TextCount extends frontend.CharacterCount {
  updateCount() {
    const text = this.$textarea.value;
    this.count = [...text].length;
    this.linesOver = text.split("\n").length - Number(this.$textarea.dataset.maxLines || Infinity);
  }

  isOverThreshold() {
    return this.linesOver > 0 || super.isOverThreshold();
  }

  getCountMessage() {
    if (this.linesOver <= 0 || this.count > this.maxLength) return super.getCountMessage();
    return `You have ${this.linesOver} ${this.linesOver === 1 ? "line" : "lines"} too many`;
  }
}

const components = [
  frontend.Button,
  TextCount,
  frontend.Checkboxes,
  frontend.ErrorSummary,
  frontend.NotificationBanner,
  frontend.PasswordInput,
  frontend.Radios,
  frontend.SkipLink,
];

function start(scope) {
  for (const Component of components) {
    const selector = `[data-module="${Component.moduleName}"]`;
    const roots = [...scope.querySelectorAll(selector)];
    if (scope instanceof Element && scope.matches(selector)) roots.unshift(scope);
    for (const root of roots) {
      if (root.hasAttribute(`data-${Component.moduleName}-init`)) continue;
      try {
        new Component(root);
      } catch (error) {
        console.error(error);
      }
    }
  }
}

// Whoever skipped to the content stays there, but its name in the address would go along with the
// next form, and its answer would put them there again instead of at what is wrong with the form.
addEventListener("hashchange", () => {
  if (location.hash === "#main-content") history.replaceState(history.state, "", location.href.split("#")[0]);
});

start(document);
document.body.addEventListener("htmx:load", (event) => start(event.detail.elt));
