// Starts the components on a page, and again on whatever htmx swaps into it.
import * as frontend from "./govuk-frontend.min.js";
import "./drafts.js";
import "./meeting.js";

const components = [
  frontend.Button,
  frontend.CharacterCount,
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
