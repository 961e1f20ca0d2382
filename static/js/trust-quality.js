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

start(document);
document.body.addEventListener("htmx:load", (event) => start(event.detail.elt));
