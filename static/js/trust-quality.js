// Starts the components on a page, and again on whatever htmx swaps into it.
import * as frontend from "./govuk-frontend.min.js";
import { lastWriter } from "./drafts.js";
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

  updateVisibleCountMessage() {
    super.updateVisibleCountMessage();
    if (this.linesOver <= 0) return;
    this.$visibleCountMessage.classList.replace("govuk-hint", "govuk-error-message");
    this.$textarea.classList.add("govuk-textarea--error");
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

// A form that came back because the session had ended carries a token from before the new sign-in.
// Where the same person has signed in, in another tab, it takes theirs and is sent at once; else it
// is sent as it is, and the page that answers says who is signed in and offers to save.
async function takeToken(form) {
  const answer = await fetch(form.dataset.typedAgain, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return; // still signed out
  const { person, token } = await answer.json();
  if (person === lastWriter()) form.elements.csrfmiddlewaretoken.value = token;
}

for (const form of document.querySelectorAll("form[data-typed-again]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await takeToken(form);
    } finally {
      form.submit();
    }
  });
}

start(document);
document.body.addEventListener("htmx:load", (event) => start(event.detail.elt));
