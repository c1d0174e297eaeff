// Looking through films: one plays under the pointer or the focus; choosing several, with Shift for a range and Escape for none.

const wantsCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;
const PLAY_AFTER = 250;

let playing = null;
let timer = 0;

function stopFilm() {
  clearTimeout(timer);
  playing?.remove();
  playing = null;
}

function playFilm(link) {
  stopFilm();
  if (!link?.dataset.film || wantsCalm()) return;
  timer = setTimeout(() => {
    const film = document.createElement("video");
    Object.assign(film, { muted: true, loop: true, playsInline: true, src: link.dataset.film, tabIndex: -1 });
    film.setAttribute("aria-hidden", "true");
    film.addEventListener("playing", () => film.classList.add("on"), { once: true });
    link.querySelector(".screen").append(film);
    playing = film;
    film.play().catch(stopFilm);
  }, PLAY_AFTER);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const link = event.target.closest(".film-link");
  if (link && !link.contains(event.relatedTarget)) playFilm(link);
});
document.addEventListener("pointerout", (event) => {
  const link = event.target.closest(".film-link");
  if (link && !link.contains(event.relatedTarget)) stopFilm();
});
document.addEventListener("focusin", (event) => {
  const link = event.target.closest(".film-link");
  if (link?.matches(":focus-visible")) playFilm(link);
});
document.addEventListener("focusout", (event) => {
  if (event.target.closest(".film-link")) stopFilm();
});

const picks = () => [...document.querySelectorAll("#shelf .pick input")];
let lastPick = null;

function tellPicks() {
  const all = document.querySelector("#pick-all");
  if (!all) return;
  const boxes = picks();
  const count = boxes.filter((box) => box.checked).length;
  all.closest("label").hidden = false;
  all.checked = count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
  const told = document.querySelector(".chosen-count");
  told.textContent = count ? told.dataset.text.replace("#", count) : "";
  document.querySelector("#shelf").classList.toggle("choosing", count > 0);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("#shelf .pick input");
  if (!box) return;
  if (event.shiftKey && lastPick?.isConnected) {
    const boxes = picks();
    const [from, to] = [boxes.indexOf(lastPick), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
  }
  lastPick = box;
});
document.addEventListener("change", (event) => {
  if (event.target.id === "pick-all") for (const box of picks()) box.checked = event.target.checked;
  if (event.target.closest("#shelf")) tellPicks();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !picks().some((box) => box.checked)) return;
  for (const box of picks()) box.checked = false;
  tellPicks();
});
document.addEventListener("htmx:after:swap", tellPicks);
tellPicks();

// The video page: a frame is taken from where the film stands.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-frame]");
  const film = document.querySelector("#film");
  if (link && film?.currentTime) link.href = `${link.dataset.frame}&at=${film.currentTime.toFixed(2)}`;
});
