//! The files of agents and editors, by their folded paths. Never what stands in them.

use super::{ends, is_hidden};

/// Whether an agent or editor runs something by the file.
pub(super) fn is_config(path: &str, name: &str) -> bool {
    const FOLDERS: [&str; 26] = [
        "/.claude/",
        "/.claude-plugin/",
        "/.openhands/",
        "/.agents/",
        "/.amp/",
        "/.antigravity/",
        "/.junie/",
        "/.augment/",
        "/.trae/",
        "/.qwen/",
        "/.factory/",
        "/.goose/",
        "/.kilocode/",
        "/.cursor/",
        "/.vscode/",
        "/.amazonq/",
        "/.kiro/",
        "/.gemini/",
        "/.codex/",
        "/.windsurf/",
        "/.opencode/",
        "/.devcontainer/",
        "/.roo/",
        "/.continue/",
        "/.idea/",
        "/.zed/",
    ];
    let machine = ends(name, &[".json", ".jsonc", ".toml", ".yml", ".yaml", ".xml", ".sh", ".js", ".ts", ".py", ".env", ".hook"]);
    matches!(
        name,
        ".mcp.json"
            | "mcp.json"
            | "mcp_config.json"
            | "opencode.json"
            | ".crush.json"
            | "crush.json"
            | "gemini-extension.json"
            | "opencode.jsonc"
            | ".aider.conf.yml"
            | "devcontainer.json"
            | ".devcontainer.json"
            | ".envrc"
    ) || name.ends_with(".code-workspace")
        || (machine && is_hidden(path) && FOLDERS.iter().any(|folder| path.contains(folder)))
}

/// Whether the file steers agents by its words.
pub(super) fn is_instructions(path: &str, name: &str) -> bool {
    const FOLDERS: [&str; 22] = [
        "/.claude/",
        "/.cursor/commands/",
        "/.codex/prompts/",
        "/.openhands/",
        "/.junie/",
        "/.augment/",
        "/.trae/rules/",
        "/.qwen/",
        "/.kilocode/rules/",
        "/.windsurf/workflows/",
        "/.github/chatmodes/",
        "/.cursor/rules/",
        "/.github/instructions/",
        "/.github/prompts/",
        "/.kiro/steering/",
        "/.amazonq/rules/",
        "/.roo/rules",
        "/.windsurf/rules/",
        "/.clinerules/",
        "/.agents/",
        "/.gemini/",
        "/.continue/rules/",
    ];
    matches!(
        name,
        "claude.md"
            | "claude.local.md"
            | "agents.md"
            | "gemini.md"
            | "skill.md"
            | ".cursorrules"
            | ".windsurfrules"
            | ".clinerules"
            | ".roorules"
            | "qwen.md"
            | "crush.md"
            | "warp.md"
            | ".goosehints"
            | ".aiderrules"
            | "copilot-instructions.md"
            | "llms.txt"
    ) || path == "/agent.md"
        || (ends(name, &[".md", ".mdc", ".mdx", ".txt"]) && is_hidden(path) && FOLDERS.iter().any(|folder| path.contains(folder)))
}
