// What makes the API pages alive: the token, the copy buttons, and "Run it", which sends the request and shows the real answer.

const texts = JSON.parse(document.querySelector("#docs")?.dataset.texts ?? '{"copy": "Copy", "copied": "✓", "press": "Ctrl+C"}');

const token = document.querySelector("#token");
const tokenState = document.querySelector("#token-state");

function rememberToken() {
  const value = token.value.trim();
  sessionStorage.setItem("promptreel-token", value);
  tokenState.textContent = value ? texts.ready : "";
}

if (token) {
  token.value = sessionStorage.getItem("promptreel-token") ?? "";
  token.addEventListener("input", rememberToken);
  document.querySelector("#token-form").addEventListener("submit", (event) => event.preventDefault());
  rememberToken();
}

// -- copy buttons ------------------------------------------------------------------------------------------------------

for (const figure of document.querySelectorAll("figure.code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = texts.copy;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(figure.querySelector("code").textContent);
      button.textContent = texts.copied;
    } catch {
      // Without https a browser gives no clipboard: select the text, so that one key copies it.
      getSelection().selectAllChildren(figure.querySelector("code"));
      button.textContent = texts.press;
    }
    setTimeout(() => (button.textContent = texts.copy), 1600);
  });
  figure.append(button);
}

// On a narrow screen the way around the page starts closed.
const around = document.querySelector(".side details");
if (around && matchMedia("(max-width: 61.99rem)").matches) around.open = false;

// -- sending -----------------------------------------------------------------------------------------------------------

function readForm(form) {
  const headers = {};
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const input of form.querySelectorAll("input[data-in]")) {
    const value = input.value.trim();
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (!value) continue;
    else if (input.dataset.in === "query") query.set(input.name, value);
    else headers[input.name] = value;
  }
  if (form.dataset.dialect === "popvid") headers["X-API-Key"] = `Bearer ${token.value.trim()}`;
  else headers.Authorization = `Bearer ${token.value.trim()}`;
  const body = form.elements.body?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return { url: query.size ? `${path}?${query}` : path, options: { method: form.dataset.method, headers, body } };
}

async function send(form, hint) {
  const { url, options } = readForm(form);
  const started = performance.now();
  hint.textContent = texts.waiting;
  const response = await fetch(url, options);
  const text = await response.text();
  let data = null;
  try {
    data = JSON.parse(text);
  } catch {
    // Shown as it came.
  }
  hint.textContent = "";
  return { response, text, data, seconds: (performance.now() - started) / 1000 };
}

function show(form, { response, text, data, seconds }) {
  const answer = form.querySelector(".answer");
  answer.replaceChildren();
  answer.hidden = false;
  const state = document.createElement("span");
  state.className = `state ${response.ok ? "good" : "bad"}`;
  const left = response.headers.get("X-RateLimit-Remaining");
  state.textContent = `${response.status} ${response.statusText} · ${seconds.toFixed(2)} s${left ? ` · ${left} ${texts.left}` : ""}`;
  const block = document.createElement("pre");
  block.tabIndex = 0;
  block.textContent = data ? JSON.stringify(data, null, 2) : text;
  answer.append(state, block);
  if (data) play(answer, data);
}

// A link of ours is the same file on whatever host this page was opened.
function local(link) {
  const url = new URL(link, location.href);
  return url.pathname.startsWith("/files/") ? url.pathname + url.search : link;
}

function play(answer, data) {
  const finished = data.videos ? data.videos.find((video) => video.video_url) : data;
  const link = finished?.video_url || finished?.outputUrl;
  if (!link) return;
  const video = document.createElement("video");
  video.controls = video.loop = video.muted = video.autoplay = video.playsInline = true;
  const poster = finished.thumbnail_url || finished.thumbnailUrl;
  if (poster) video.poster = local(poster);
  video.src = local(link);
  answer.append(video);
}

function fillIds(dialect, id) {
  for (const form of document.querySelectorAll(`form[data-dialect="${dialect}"]`)) {
    const input = form.querySelector('input[data-in="path"]');
    if (input) input.value = id;
  }
}

const ended = new Set(["completed", "failed"]);

// After a video was accepted: ask for its status, each call waiting on the server, until it has ended.
async function follow(form, id, hint) {
  const dialect = form.dataset.dialect;
  const path = dialect === "popvid" ? `/api/v1/gen_video/${id}` : `/api/v1/video/${id}/status`;
  const { options } = readForm(form);
  const headers = { ...options.headers, Prefer: "wait=20" };
  delete headers["Content-Type"];
  delete headers["Idempotency-Key"];
  for (;;) {
    const started = performance.now();
    const response = await fetch(path, { headers });
    const text = await response.text();
    const data = response.ok ? JSON.parse(text) : null;
    show(form, { response, text, data: data ?? JSON.parse(text), seconds: (performance.now() - started) / 1000 });
    if (!data || ended.has(data.status)) {
      hint.textContent = data ? `${texts.ended} ${data.status}` : "";
      return;
    }
    hint.textContent = data.progress === undefined ? texts.queued : `${data.step || texts.processing} … ${data.progress} %`;
  }
}

async function run(form) {
  const hint = form.querySelector(".hint");
  const button = form.querySelector("button[type=submit]");
  hint.classList.remove("bad");
  if (!token.value.trim()) {
    hint.textContent = texts.paste;
    hint.classList.add("bad");
    return;
  }
  button.disabled = true;
  try {
    const result = await send(form, hint);
    show(form, result);
    const id = result.data?.[form.dataset.dialect === "popvid" ? "requestId" : "video_id"];
    if (result.response.ok && id !== undefined && form.dataset.method === "POST") {
      fillIds(form.dataset.dialect, id);
      if (!ended.has(result.data.status)) {
        hint.textContent = texts.following;
        await follow(form, id, hint);
      }
    }
  } catch (error) {
    hint.textContent = `${texts.silent} ${error.message}`;
    hint.classList.add("bad");
  } finally {
    button.disabled = false;
  }
}

function takePicture(form, file) {
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const area = form.elements.body;
    let body = {};
    try {
      body = JSON.parse(area.value);
    } catch {
      // What cannot be read is replaced.
    }
    area.value = JSON.stringify({ ...body, image: reader.result }, null, 2);
  });
  reader.readAsDataURL(file);
}

for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
  form.elements.picture?.addEventListener("change", (event) => {
    if (event.target.files[0]) takePicture(form, event.target.files[0]);
  });
}
