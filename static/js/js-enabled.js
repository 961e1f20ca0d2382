// Runs before the page is drawn, so that nothing flashes: says that scripts run and are modern enough.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
