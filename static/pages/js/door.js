// @ts-check
/** At the door: a button in each password field that shows what was typed. */

for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[type=password]"))) {
  const around = document.createElement("div");
  const button = document.createElement("button");
  around.className = "secret";
  button.type = "button";
  button.textContent = "Show";
  button.setAttribute("aria-label", "Show what was typed");
  button.setAttribute("aria-pressed", "false");
  input.replaceWith(around);
  around.append(input, button);
  button.addEventListener("click", () => {
    const hidden = input.type === "text";
    input.type = hidden ? "password" : "text";
    button.textContent = hidden ? "Show" : "Hide";
    button.setAttribute("aria-pressed", String(!hidden));
    input.focus();
  });
  // What is sent is a password again, so that the browser offers to keep it.
  input.form?.addEventListener("submit", () => (input.type = "password"));
}
