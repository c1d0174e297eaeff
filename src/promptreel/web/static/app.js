// What every page does beside its HTML: tells the reader's time zone, closes menus, counts down, and asks before it deletes.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`zone=${zone}`)) {
  document.cookie = `zone=${zone};path=/;max-age=31536000;samesite=lax`;
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.me[open], details.popup[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.me[open], details.popup[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Where the row of pages is wider than its place, the current one is in sight.
for (const current of document.querySelectorAll(":is(.main-nav, .admin-nav) [aria-current]")) {
  const row = current.parentElement;
  row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}

// <button data-confirm="Really?"> asks; without JavaScript the server's own page does.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

// It has been asked already when this is reached, so the server need not.
document.addEventListener("submit", (event) => {
  if (!event.submitter?.matches("[data-confirm]")) return;
  event.target.append(Object.assign(document.createElement("input"), { type: "hidden", name: "confirmed", value: "1" }));
});

// <button data-copy="#id"> copies the text of an element.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  const text = button.textContent;
  button.textContent = button.dataset.copied ?? "✓";
  setTimeout(() => { button.textContent = text; }, 1500);
});

// <textarea data-counter="#id"> counts characters (code points, as the server does) as they are typed.
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-counter]");
  if (field) document.querySelector(field.dataset.counter).textContent = [...field.value].length;
});
