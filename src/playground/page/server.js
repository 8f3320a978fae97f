// Talking to the playground.

async function answered(response) {
  if (!response.ok) throw new Error(`The playground answered ${response.status}.`);
  return response.json();
}

export async function ask(path, query) {
  return answered(await fetch(`${path}?${new URLSearchParams(query)}`));
}

export async function send(path, body) {
  const headers = { "content-type": "application/json" };
  return answered(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

// The same with files, in the shape of an upload to Discord.
export async function upload(path, body, files) {
  const form = new FormData();
  form.append("payload_json", JSON.stringify(body));
  files.forEach((file, number) => form.append(`files[${number}]`, file, file.name));
  return answered(await fetch(path, { method: "POST", headers: { "x-from-page": "1" }, body: form }));
}

// Calls `changed` after each change, and once more after a broken connection is back. Changes that
// come together are told together.
export function listen(changed, broken) {
  const source = new EventSource("/page/changes");
  let due = 0;
  const soon = () => {
    if (due) return;
    due = setTimeout(() => { due = 0; changed(); }, 40);
  };
  source.onmessage = soon;
  source.onopen = soon;
  source.onerror = broken;
}

// An element with attributes and children; texts become text nodes, so nothing is ever parsed as HTML.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function colour(number) {
  return `#${Number(number).toString(16).padStart(6, "0")}`;
}
