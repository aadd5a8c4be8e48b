// The pages, in the order of the menu.
import { page as keys } from "./keys.js";
import { page as speak } from "./speak.js";

export const pages = [speak, keys];
