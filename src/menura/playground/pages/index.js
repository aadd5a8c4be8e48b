// The pages, in the order of the menu.
import { page as clone } from "./clone.js";
import { page as keys } from "./keys.js";
import { page as pro } from "./pro.js";
import { page as speak } from "./speak.js";
import { page as voices } from "./voices.js";

export const pages = [speak, clone, voices, pro, keys];
