// The pro clone that is being put together; kept for this tab until its training begins.
export const DRAFT = "pro";

export const EMPTY = {
  begun: false, name: "", description: "", language: "", model: "", dataset: "", consent: false,
};

export const STEPS = [
  { id: "practices", label: "Best practices" },
  { id: "details", label: "Details" },
  { id: "recordings", label: "Recordings" },
  { id: "train", label: "Train" },
];
