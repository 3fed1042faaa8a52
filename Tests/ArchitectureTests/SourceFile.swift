import Foundation

/// A Swift file of the package, with its text and its code: the text without comments and without what strings hold.
struct SourceFile: Sendable {
    /// From the package's root: `Sources/Signing/KeySet.swift`.
    let path: String
    let lines: [String]
    /// As many lines as ``lines``; comments and the contents of strings are gone.
    let code: [String]
    /// Modules that the file imports, with their lines.
    let imports: [(module: String, line: Int)]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        code = CodeScanner.code(of: text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        imports = Self.imports(in: code)
    }

    /// The module that the file belongs to, by its folder.
    var module: String {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count > 2 else { return "" }
        if parts[0] == "Adapters" { return parts[1] == "Registry" ? "AdapterRegistry" : parts[1] + "Adapter" }
        return parts[1]
    }

    private static func imports(in code: [String]) -> [(module: String, line: Int)] {
        code.enumerated().compactMap { index, line in
            guard line.contains("import ") else { return nil }
            var words = line.split(separator: " ").map(String.init)
            words.removeAll {
                $0.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains($0)
            }
            guard words.first == "import", words.count > 1 else { return nil }
            let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            return (String(name.prefix { $0 != "." }), index + 1)
        }
    }
}

/// The package on the disk, found from this very file.
enum Package {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// All Swift files of the house: read once, since every rule wants them.
    static let sources: [SourceFile] = swift(in: "Sources", "Adapters")
    /// All Swift files of the tests.
    static let tests: [SourceFile] = swift(in: "Tests")

    /// All Swift files under some folders of the root; none where they cannot be read.
    private static func swift(in folders: String...) -> [SourceFile] {
        files(in: folders).filter { $0.hasSuffix(".swift") }.compactMap { path in
            (try? text(path)).map { SourceFile(path: path, text: $0) }
        }
    }

    /// Paths of all files under some folders or of those files themselves, sorted.
    static func files(in folders: [String]) -> [String] {
        var paths: [String] = []
        for folder in folders {
            if let inside = try? FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)") {
                paths += inside.map { "\(folder)/\($0)" }.filter { path in
                    var isFolder = ObjCBool(false)
                    return unsafe FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder)
                        && !isFolder.boolValue
                }
            } else if FileManager.default.fileExists(atPath: "\(root)/\(folder)") {
                paths.append(folder)
            }
        }
        return paths.sorted()
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)")), as: UTF8.self)
    }
}

/// Takes comments and the contents of strings out of Swift code, keeping its lines.
private struct CodeScanner {
    private let text: [UInt8]
    private var index = 0
    private var code: [UInt8] = []

    static func code(of text: String) -> String {
        var scanner = CodeScanner(text: Array(text.utf8))
        scanner.scan()
        return String(decoding: scanner.code, as: UTF8.self)
    }

    private init(text: [UInt8]) { self.text = text }

    private func sees(_ pattern: String) -> Bool { text[index...].starts(with: pattern.utf8) }

    private mutating func scan() {
        // Only these three bytes begin anything.
        let signs = Array("/\"#".utf8)
        while index < text.count {
            if !signs.contains(text[index]) {
                code.append(text[index])
                index += 1
            } else if sees("//") {
                while index < text.count, text[index] != 0x0A { index += 1 }
            } else if sees("/*") {
                skip(past: "*/", isMultiline: true)
            } else if let (opening, closing) = quote() {
                code.append(0x22)
                index += opening
                skip(past: closing, isMultiline: closing.hasPrefix("\"\"\""))
                code.append(0x22)
            } else {
                code.append(text[index])
                index += 1
            }
        }
    }

    /// The length of the quote that begins here and the text that ends it, `"""#` for instance.
    private func quote() -> (Int, String)? {
        var hashes = 0
        while index + hashes < text.count, text[index + hashes] == UInt8(ascii: "#") { hashes += 1 }
        let rest = text[(index + hashes)...]
        let marks = String(repeating: "#", count: hashes)
        if rest.starts(with: "\"\"\"".utf8) { return (hashes + 3, "\"\"\"" + marks) }
        if rest.first == UInt8(ascii: "\"") { return (hashes + 1, "\"" + marks) }
        return nil
    }

    private mutating func skip(past end: String, isMultiline: Bool) {
        let first = end.utf8.first
        while index < text.count, text[index] != first || !sees(end) {
            if text[index] == 0x0A {
                // What is open at the end of its line is no string: a regular expression, say.
                guard isMultiline else { return }
                code.append(0x0A)
            }
            index += text[index] == UInt8(ascii: "\\") && !end.hasSuffix("#") && end != "*/" ? 2 : 1
        }
        index = min(text.count, index + end.utf8.count)
    }
}
