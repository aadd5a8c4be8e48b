// The pages, in the order of the menu.
import { page as keys } from "./keys.js";

export const pages = [keys];
