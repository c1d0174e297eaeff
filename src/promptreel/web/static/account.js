// Passwords: show and hide, hints while typing (the server decides), and taking a suggestion over.

for (const box of document.querySelectorAll("[data-password]")) {
  const input = box.querySelector("input[type=password]");
  const texts = box.dataset;

  const reveal = document.createElement("button");
  reveal.type = "button";
  reveal.className = "link reveal";
  reveal.setAttribute("aria-controls", input.id);
  const setShown = (shown) => {
    input.type = shown ? "text" : "password";
    reveal.textContent = shown ? texts.hide : texts.show;
    reveal.setAttribute("aria-pressed", String(shown));
  };
  reveal.addEventListener("click", () => setShown(input.type === "password"));
  setShown(false);
  input.closest(".field").after(reveal);
  // Nobody's password manager should find it as plain text.
  input.form.addEventListener("submit", () => setShown(false));

  const meter = box.querySelector(".meter");
  if (!meter) continue;
  const address = input.form.querySelector("[type=email]");
  const judge = () => {
    const value = input.value.normalize("NFKC");
    const length = [...value].length;
    const least = Number(texts.shortest);
    const name = (address?.value ?? "").toLowerCase();
    let text = texts.short.replace("{count}", length).replace("{least}", least);
    let state = "";
    if (length >= least) {
      if (name && value.toLowerCase().includes(name)) [text, state] = [texts.address, "bad"];
      else if (new Set(value.toLowerCase()).size < 5) [text, state] = [texts.same, "bad"];
      else [text, state] = [length >= least + 6 ? texts.strong : texts.enough, "good"];
    }
    meter.hidden = length === 0;
    meter.textContent = text;
    meter.className = `meter ${state}`;
  };
  input.addEventListener("input", judge);
  address?.addEventListener("input", judge);

  for (const button of box.querySelectorAll("[data-use]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      input.value = button.dataset.use;
      setShown(true);
      judge();
      input.focus();
    });
  }
}
