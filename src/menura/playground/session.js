// Who is signed in. Keys live in this tab's session storage and nowhere else: closing the tab
// forgets them, and they never stand in an address.
import { computed, signal } from "./lib.js";

const KEY = "menura.key";
const ADMIN = "menura.admin-key";

export const ADMIN_PREFIX = "sk_car_admin_";

export const key = signal(sessionStorage.getItem(KEY));
export const adminKey = signal(sessionStorage.getItem(ADMIN));
export const signedIn = computed(() => Boolean(key.value));
// Why the last session ended, for the sign-in page.
export const farewell = signal("");

export function keepKey(value) {
  sessionStorage.setItem(KEY, value);
  key.value = value;
  farewell.value = "";
}

export function keepAdminKey(value) {
  sessionStorage.setItem(ADMIN, value);
  adminKey.value = value;
}

export function forgetAdminKey() {
  sessionStorage.removeItem(ADMIN);
  adminKey.value = null;
}

export function signOut(reason = "") {
  sessionStorage.removeItem(KEY);
  forgetAdminKey();
  farewell.value = reason;
  key.value = null;
}
