// The films of the front page play while they are in sight, unless the reader wants calm or few bytes; one button stops them all.

const calm = matchMedia("(prefers-reduced-motion: reduce)");

function playFilms() {
  const button = document.querySelector("#pause-films");
  const films = [...document.querySelectorAll(".reel video")];
  // Without us they keep their controls and their posters.
  if (!button || calm.matches || navigator.connection?.saveData) return;

  const inSight = new Set();
  const pause = button.textContent;
  let paused = false;

  function update() {
    for (const film of films) {
      if (!paused && inSight.has(film)) film.play().catch(() => { film.controls = true; });
      else film.pause();
    }
  }

  function stop(wanted) {
    paused = wanted;
    button.textContent = paused ? button.dataset.play : pause;
    update();
  }

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) inSight.add(entry.target);
      else inSight.delete(entry.target);
    }
    update();
  }, { threshold: 0.25 });

  for (const film of films) {
    film.controls = false;
    watcher.observe(film);
  }
  button.hidden = false;
  button.addEventListener("click", () => stop(!paused));
  calm.addEventListener("change", () => { if (calm.matches) stop(true); });
}

playFilms();
// Once the films are rendered they take the place of their progress.
document.addEventListener("htmx:after:swap", playFilms);
