// The emotions of the API: first those that can be told apart well, then all others.
const CLEAR = ["neutral", "calm", "content", "sad", "angry"];
const OTHERS = `affectionate agitated alarmed amazed anticipation anxious apologetic bored confident confused contemplative
contempt curious dejected determined disappointed disgusted distant elated enthusiastic envious euphoric excited flirtatious
frustrated grateful guilty happy hesitant hurt insecure ironic mad melancholic mysterious nostalgic outraged panicked peaceful
proud rejected resigned sarcastic scared serene skeptical surprised sympathetic threatened tired triumphant trust wistful`.split(/\s+/);

const option = (name) => ({ value: name, label: name[0].toUpperCase() + name.slice(1) });

export const emotionOptions = [
  { value: "", label: "As the text is" },
  { label: "Clearest", options: CLEAR.map(option) },
  { label: "Others", options: OTHERS.map(option) },
];
