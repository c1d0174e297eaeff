// The form that asks for a video: pictures by drop and paste, what a choice costs, one press one video.

const form = document.querySelector("#create");
const prompt = form.elements.prompt;
const button = document.querySelector("#go");
const counter = document.querySelector("#count-line");

for (const text of form.querySelectorAll(".with-js")) text.hidden = false;

// -- what may be sent -------------------------------------------------------------------------------------------------

function chosenQuality() {
  return form.querySelector("[name=quality]:checked");
}

function hasPicture(place) {
  const fields = form.elements;
  return fields[`${place}_file`].files.length > 0 || fields[`${place}_url`].value.trim() !== ""
    || fields[`${place}_draft`].value !== "" || (place === "image" && fields.picture_of.value !== "");
}

function refresh() {
  const length = [...prompt.value].length;
  const over = length > Number(prompt.dataset.longest);
  counter.classList.toggle("over", over);
  const makers = [...form.querySelectorAll("[data-needs-picture]")];
  for (const maker of makers) maker.disabled = !hasPicture("image");
  const hint = form.querySelector(".needs-picture");
  if (hint) hint.hidden = !makers.some((maker) => maker.disabled);
  const possible = form.querySelector("[name=quality]:not(:disabled)");
  if (chosenQuality()?.disabled && possible) possible.checked = true;
  const engine = form.querySelector("[name=engine]:checked")?.value;
  for (const costs of document.querySelectorAll("#costs > [data-engine]")) {
    if (engine !== undefined) costs.hidden = costs.dataset.engine !== engine;
  }
  const quality = chosenQuality();
  const short = document.querySelector(`#costs > :not([hidden]) [data-quality="${quality?.value}"]`)?.hasAttribute("data-short");
  button.disabled = over || quality === null || quality.disabled || prompt.value.trim() === "" || short || "spent" in form.dataset || "sent" in form.dataset;
}

form.addEventListener("input", refresh);
form.addEventListener("change", refresh);
document.addEventListener("htmx:sse:after:message", refresh);
document.addEventListener("htmx:after:swap", refresh);

// -- examples ---------------------------------------------------------------------------------------------------------

form.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-example]");
  if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  prompt.value = chip.dataset.example;
  prompt.dispatchEvent(new Event("input", { bubbles: true }));
  prompt.focus();
});

// -- pictures ---------------------------------------------------------------------------------------------------------

function show(box, source) {
  const image = box.querySelector(".chosen img");
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  if (source) image.src = source;
  else image.removeAttribute("src");
  box.querySelector(".chosen").hidden = !source;
  box.querySelector(".choose").hidden = Boolean(source);
}

function take(box, file) {
  const holder = new DataTransfer();
  holder.items.add(file);
  const input = box.querySelector("[type=file]");
  input.files = holder.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// The server fetches the picture, as it would for the film: nothing here may load from elsewhere.
async function showAddress(box, place, url) {
  const address = url.value.trim();
  box.querySelector(".error")?.remove();
  box.classList.remove("wrong");
  if (!address) return;
  const asked = new FormData();
  asked.append("show", place);
  asked.append(url.name, address);
  const answer = await fetch(form.action, { method: "POST", body: asked }).catch(() => null);
  // Without an answer the address stays, and goes with the form.
  if (!answer?.ok || url.value.trim() !== address || "sent" in form.dataset) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const draft = page.querySelector(`[name=${place}_draft]`).value;
  const error = page.querySelector(`#create-${place}-error`);
  if (error) {
    error.setAttribute("role", "alert");
    box.append(error);
    box.classList.add("wrong");
  } else if (draft) {
    url.value = "";
    form.elements[`${place}_draft`].value = draft;
    show(box, `/create/pictures/${draft}`);
    refresh();
  }
}

for (const box of form.querySelectorAll("[data-picture]")) {
  const drop = box.querySelector(".drop");
  const input = box.querySelector("[type=file]");
  const remove = box.querySelector("[name=remove]");
  input.addEventListener("change", () => {
    if (!input.files.length) return;
    box.querySelector(".error")?.remove();
    box.classList.remove("wrong");
    show(box, URL.createObjectURL(input.files[0]));
    remove.focus();
  });
  remove.addEventListener("click", (event) => {
    event.preventDefault();
    input.value = "";
    for (const name of [`${remove.value}_draft`, `${remove.value}_url`]) form.elements[name].value = "";
    if (remove.value === "image") form.elements.picture_of.value = "";
    show(box, "");
    input.focus();
    refresh();
  });
  const url = form.elements[`${remove.value}_url`];
  url.addEventListener("change", () => showAddress(box, remove.value, url));
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      if (![...event.dataTransfer.items].some((item) => item.kind === "file")) return;
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    const file = [...event.dataTransfer.files].find((each) => each.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    take(box, file);
  });
}

// A browser would leave the page for a picture that falls beside its place.
for (const kind of ["dragover", "drop"]) {
  window.addEventListener(kind, (event) => { if (!event.defaultPrevented && event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
}

document.addEventListener("paste", (event) => {
  // What is copied from a document comes as text and as a picture of it: then the text is meant.
  const { files = [], types = [] } = event.clipboardData ?? {};
  const file = [...files].find((each) => each.type.startsWith("image/"));
  if (!file || types.includes("text/plain")) return;
  event.preventDefault();
  take(form.querySelector("[data-picture]"), file);
});

// -- sending ----------------------------------------------------------------------------------------------------------

prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !button.disabled) form.requestSubmit(button);
});

form.addEventListener("submit", (event) => {
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  button.dataset.text = button.textContent;
  button.textContent = button.dataset.busy;
  // Later, since a button that is disabled now would not be part of what is sent.
  setTimeout(refresh);
});

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  // Back from another page: what is sent from here now is a new order.
  delete form.dataset.sent;
  if (button.dataset.text) button.textContent = button.dataset.text;
  form.elements.key.value = [...crypto.getRandomValues(new Uint8Array(16))].join("");
  refresh();
});

// -- the film that has arrived ----------------------------------------------------------------------------------------

const stage = document.querySelector("#stage");
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) {
      const film = node.nodeType === 1 && (node.matches("video") ? node : node.querySelector("video"));
      if (!film || window.matchMedia("(prefers-reduced-motion: reduce)").matches) continue;
      film.muted = true;
      film.play().catch(() => {});
    }
  }
}).observe(stage, { childList: true, subtree: true });

refresh();
// What has a fault comes into view.
const fault = form.querySelector(".wrong");
(fault?.querySelector("[aria-invalid]") ?? fault?.querySelector("button, input:not([type=hidden])"))?.focus();
