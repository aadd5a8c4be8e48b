// The pages, in the order of the menu. Speak comes with the first load, the others soon after it.
import { later } from "../components/later.js";
import { Speak } from "./speak.js";

export const pages = [
  { path: "#/speak", title: "Speak", icon: "speak", component: Speak },
  { path: "#/clone", title: "Clone", icon: "clone", component: later(async () => (await import("./clone.js")).Clone) },
  { path: "#/voices", title: "Voices", icon: "voices", component: later(async () => (await import("./voices.js")).Voices) },
  { path: "#/pro", title: "Pro clones", icon: "pro", component: later(async () => (await import("./pro.js")).Pro) },
  { path: "#/keys", title: "Keys and usage", short: "Keys", icon: "keys", component: later(async () => (await import("./keys.js")).Keys) },
];
