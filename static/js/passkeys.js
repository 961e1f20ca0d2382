// What people see of passkeys: the buttons only where the browser can do it, and a sentence when
// it did not work. The work itself is done by allauth's own scripts.

const isAble = "PublicKeyCredential" in window;
for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = !isAble;
for (const part of document.querySelectorAll("[data-no-passkey]")) part.hidden = isAble;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const place of document.querySelectorAll("[data-passkey-failed] > *")) place.hidden = false;
});
