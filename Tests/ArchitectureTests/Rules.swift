import Foundation

/// The rules of the house.
///
/// Each takes files and returns one sentence for every place where it is broken.
enum Rules {
    /// Imports go down only, by the table of ``Layers``.
    static func layering(_ files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.imports.compactMap { found in
                Layers.objection(to: found.module, in: file.module).map {
                    "\(file.path):\(found.line) imports \(found.module): \($0)"
                }
            }
        }
    }

    /// Nothing that stops the process on bad input.
    static func traps(_ files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.code.enumerated().compactMap { index, line in
                // A program may leave; nobody else decides that for it.
                let exits = Layers.modules[file.module]?.layer == 5 ? [] : ["exit(", "abort("]
                let found =
                    (["try!", " as! ", "fatalError(", "precondition(", "preconditionFailure("] + exits).first {
                        line.contains($0)
                    } ?? (unwraps(line) ? "a force unwrap" : nil)
                return found.map {
                    "\(file.path):\(index + 1) has \($0.trimmingCharacters(in: .whitespaces)): throw an error, or use guard let"
                }
            }
        }
    }

    /// A `!` right behind a name, a bracket or a question mark is a force unwrap, or the type of one.
    private static func unwraps(_ line: String) -> Bool {
        let bytes = Array(line.utf8)
        return bytes.indices.dropFirst().contains { index in
            guard bytes[index] == UInt8(ascii: "!") else { return false }
            let before = bytes[index - 1]
            let isOperand =
                0x30...0x39 ~= before || 0x41...0x5A ~= before || 0x61...0x7A ~= before
                || Array("_)]}?\"`".utf8).contains(before)
            let isComparison = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=")
            return isOperand && !isComparison
        }
    }

    /// One idea a file.
    static func length(_ files: [SourceFile], limit: Int = 400) -> [String] {
        files.compactMap { file in
            let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
            return count > limit
                ? "\(file.path) has \(count) lines, at most \(limit): it holds more than one idea" : nil
        }
    }

    /// Public types and functions say what they are; operators and properties may speak for themselves.
    static func documentation(_ files: [SourceFile]) -> [String] {
        let kinds: Set<String> = ["struct", "enum", "class", "actor", "protocol", "typealias", "func"]
        return files.flatMap { file in
            file.code.enumerated().compactMap { index, line in
                let words = line.split(separator: " ").map(String.init)
                guard let access = words.firstIndex(where: { $0 == "public" || $0 == "open" }),
                    words[..<access].allSatisfy({ $0.hasPrefix("@") || $0 == "final" }),
                    let kind = words[access...].firstIndex(where: kinds.contains), kind + 1 < words.count,
                    words[access..<kind].allSatisfy({ !["var", "let", "init", "case", "extension"].contains($0) }),
                    words[kind + 1].first?.isLetter == true, !isDocumented(file, index)
                else { return nil }
                return "\(file.path):\(index + 1) public \(words[kind]) \(words[kind + 1]) has no doc comment"
            }
        }
    }

    private static func isDocumented(_ file: SourceFile, _ index: Int) -> Bool {
        for line in file.lines[..<index].reversed() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("@") || line.hasPrefix("#") { continue }
            return line.hasPrefix("///")
        }
        return false
    }

    /// Who switches the compiler's proof off writes down his own.
    static func uncheckedSendable(_ files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.code.enumerated().compactMap { index, line in
                let way = ["@unchecked Sendable", "nonisolated(unsafe)"].first { line.contains($0) }
                guard let way else { return nil }
                let above = file.lines[max(0, index - 6)..<index].map { $0.trimmingCharacters(in: .whitespaces) }
                let comment = above.reversed().prefix { $0.hasPrefix("//") || $0.hasPrefix("@") }
                if comment.contains(where: { $0.hasPrefix("//") }) || file.lines[index].contains("//") { return nil }
                return "\(file.path):\(index + 1) is \(way) without a comment that names the guard"
            }
        }
    }

    /// The paths and tools of whoever's machine this was written on mean nothing to others.
    static func workplaces(_ files: [(path: String, text: String)]) -> [String] {
        // Put together here, so that this file does not break its own rule.
        let names = [
            "/wor" + "k/", "in" + "house", "/buil" + "d/suixin", "/ro" + "ot/", "/hom" + "e/", "../sha" + "red",
        ]
        return files.flatMap { file in
            file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
                names.first { line.contains($0) }.map { "\(file.path):\(index + 1) names a workplace: \($0)" }
            }
        }
    }

    /// A folder of `Adapters` that the manifest does not name is never built.
    static func forgottenAdapters(_ paths: [String], manifest: String) -> [String] {
        Set(
            paths.compactMap { path -> String? in
                let parts = path.split(separator: "/")
                return parts.count > 2 && parts[1] != "Registry" ? String(parts[1]) : nil
            }
        ).sorted().filter { !manifest.contains("\"\($0)\"") }.map {
            "Adapters/\($0) is not among the agencies of Package.swift"
        }
    }
}
