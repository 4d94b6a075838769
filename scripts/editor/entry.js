// What the desk uses of CodeMirror 6.
export { EditorState, Compartment, EditorSelection } from "@codemirror/state";
export { EditorView, keymap, drawSelection, highlightSpecialChars, placeholder } from "@codemirror/view";
export { history, historyKeymap, defaultKeymap, indentWithTab } from "@codemirror/commands";
export { markdown, markdownLanguage } from "@codemirror/lang-markdown";
export { syntaxHighlighting, HighlightStyle, bracketMatching } from "@codemirror/language";
export { search, searchKeymap, highlightSelectionMatches } from "@codemirror/search";
export { tags } from "@lezer/highlight";
