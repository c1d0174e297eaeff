// Estimates count down between the server's updates, each of which begins them anew.

let counting = new WeakMap();

function countDown() {
  const language = document.documentElement.lang;
  for (const place of document.querySelectorAll("[data-left]")) {
    let from = counting.get(place);
    if (!from) {
      from = { left: place.dataset.left, at: performance.now() };
      counting.set(place, from);
    }
    const words = place.closest("[data-about]").dataset;
    const seconds = Number(from.left) - (performance.now() - from.at) / 1000;
    const minutes = seconds >= 90;
    const unit = { style: "unit", unit: minutes ? "minute" : "second", unitDisplay: "long" };
    const amount = Math.max(1, Math.round(minutes ? seconds / 60 : seconds));
    const text = seconds < 1.5 ? words.soon : words.about.replace("{}", new Intl.NumberFormat(language, unit).format(amount));
    if (place.textContent !== text) place.textContent = text;
  }
}

setInterval(countDown, 1000);
document.addEventListener("htmx:sse:after:message", () => {
  counting = new WeakMap();
  countDown();
});
