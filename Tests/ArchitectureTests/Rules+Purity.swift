import Foundation

/// Rules about what a module may know of the machine that it runs on.
extension Rules {
    /// Time, randomness and environment come in through a parameter, so that tests decide them.
    static func ambience(_ files: [SourceFile]) -> [String] {
        let signs: [(kind: Layers.Ambience, texts: [String])] = [
            (.clock, ["ContinuousClock", "SuspendingClock", "Date()", "Date.now", "gettimeofday(", "clock_gettime("]),
            (.randomness, ["SystemRandomNumberGenerator", "UUID()", ".randomElement()", ".shuffled()", "arc4random"]),
            (.environment, ["ProcessInfo", "CommandLine.", "getenv(", "environ"]),
        ]
        return files.flatMap { file in
            let allowed = Layers.ambience[file.module] ?? (Layers.modules[file.module]?.layer == 5 ? [.all] : [])
            guard !allowed.contains(.all) else { return [String]() }
            return file.code.enumerated().flatMap { index, line -> [String] in
                guard !line.isEmpty else { return [] }
                return signs.compactMap { kind, texts in
                    guard !allowed.contains(kind) else { return nil }
                    let sign = texts.first { names($0, in: line) } ?? (kind == .randomness ? bareRandom(line) : nil)
                    return sign.map { "\(file.path):\(index + 1) has \($0): \(kind) comes in through a parameter" }
                }
            }
        }
    }

    /// Whether a line holds the text and not as the end or beginning of a longer name.
    private static func names(_ text: String, in line: String) -> Bool {
        guard line.contains(text) else { return false }
        return line.ranges(of: text).contains { range in
            let before = range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
            let after = range.upperBound < line.endIndex ? line[range.upperBound] : " "
            func isPart(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }
            let beginsName = text.first?.isLetter == true && isPart(before)
            return !beginsName && !(text.last?.isLetter == true && isPart(after))
        }
    }

    /// `.random(in: …)` and `Bool.random()` that name no generator.
    private static func bareRandom(_ line: String) -> String? {
        let signs = [".random(in:", "Bool.random("]
        return line.contains("using:") ? nil : signs.first { line.contains($0) }
    }

    /// What the compiler cannot prove safe stays with those who speak to C and to the operating system.
    static func unsafety(_ files: [SourceFile]) -> [String] {
        files.flatMap { file in
            Layers.unsafe.contains(file.module)
                ? []
                : file.code.enumerated().compactMap { index, line in
                    line.split { !$0.isLetter && $0 != "_" }.contains("unsafe")
                        ? "\(file.path):\(index + 1) has unsafe code: only \(Layers.unsafe.sorted().joined(separator: ", ")) may"
                        : nil
                }
        }
    }

    /// No C type and no pointer leaves its module; within the package a wrapper may lend one for the time of a call.
    static func pointers(_ files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.code.indices.compactMap { index -> String? in
                let words = file.code[index].split(separator: " ").map(String.init)
                guard let access = words.first(where: { ["public", "open", "package"].contains($0) }),
                    !words.contains("import")
                else { return nil }
                if access == "package", Layers.modules[file.module]?.layer == 2 { return nil }
                guard let name = pointer(in: declaration(in: file, at: index)) else { return nil }
                return "\(file.path):\(index + 1) shows \(name) outside its module"
            }
        }
    }

    /// A declaration's lines, until all its brackets are closed.
    private static func declaration(in file: SourceFile, at index: Int) -> String {
        var text = ""
        var open = 0
        for line in file.code[index...].prefix(20) {
            text += line + " "
            open += line.filter { $0 == "(" }.count - line.filter { $0 == ")" }.count
            if open <= 0 { break }
        }
        return text
    }

    private static func pointer(in text: String) -> String? {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init).first {
            $0.hasPrefix("Unsafe") && ($0.hasSuffix("Pointer") || $0.hasPrefix("UnsafeBuffer"))
                || ["OpaquePointer", "Unmanaged", "CVaListPointer"].contains($0)
        }
    }

    /// A C module stays inside: imported so that no declaration can show its types, and never handed on.
    static func exposedC(_ files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.imports.compactMap { found in
                let words = file.code[found.line - 1].split(separator: " ").map(String.init)
                let isHandedOn = words.contains { $0.hasPrefix("@_exported") || $0.hasPrefix("@_implementationOnly") }
                let isShown = words.contains("public") || words.contains("package")
                guard isHandedOn || isShown && Layers.cModules.contains(found.module) else { return nil }
                return "\(file.path):\(found.line) hands \(found.module) on"
            }
        }
    }
}
