import Testing

@Suite("The rules of the house find what breaks them")
struct RuleTests {
    private func file(_ text: String, at path: String = "Sources/Publication/File.swift") -> [SourceFile] {
        [SourceFile(path: path, text: text)]
    }

    @Test(
        "Arrows that point up or sideways",
        arguments: [
            ("Sources/CreditModel/A.swift", "import Foundation"),
            ("Sources/CreditModel/A.swift", "public import CanonicalJSON"),
            ("Sources/Normalisation/A.swift", "internal import Resolution"),
            ("Sources/Resolution/A.swift", "import Glibc"),
            ("Sources/Publication/A.swift", "internal import Derivation"),
            ("Sources/Signing/A.swift", "internal import CreditStore"),
            ("Sources/AdapterKit/A.swift", "internal import CLibXML2"),
            ("Sources/XMLFeed/A.swift", "internal import CZlib"),
            ("Sources/CreditStore/A.swift", "internal import SQLiteStore"),
            ("Sources/ExchangeAPI/A.swift", "import GRDB"),
            ("Adapters/HongDun/A.swift", "import Foundation"),
            ("Adapters/HongDun/A.swift", "package import CreditStore"),
            ("Adapters/HongDun/A.swift", "import StateTaxAdapter"),
            ("Sources/Ingestion/A.swift", "import struct Hummingbird.Router"),
            ("Sources/Ingestion/A.swift", "@preconcurrency internal import HongDunAdapter"),
            ("Sources/New/A.swift", "import CreditModel"),
            ("Sources/Ingestion/A.swift", "import SQLiteStore"),
            ("Adapters/HongDun/A.swift", "import Glibc"),
            ("Sources/AdapterKit/A.swift", "import FoundationNetworking"),
        ]
    )
    func layering(_ path: String, _ line: String) {
        let found = Rules.layering(file("// import CreditModel\n\(line)\n", at: path))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("\(path):2 imports ") == true)
    }

    @Test(
        "Arrows that point down are fine",
        arguments: [
            ("Sources/ProfileMerge/A.swift", "public import CreditModel"),
            ("Sources/Signing/A.swift", "internal import Crypto"),
            ("Sources/XMLFeed/A.swift", "internal import CLibXML2"),
            ("Sources/SQLiteStore/A.swift", "public import CreditStore"),
            ("Adapters/Registry/A.swift", "import HongDunAdapter"),
            ("Adapters/HongDun/A.swift", "public import AdapterKit"),
            ("Sources/suixin/A.swift", "import Publication"),
        ]
    )
    func downward(_ path: String, _ line: String) {
        #expect(Rules.layering(file(line, at: path)).isEmpty)
    }

    @Test(
        "What stops the process",
        arguments: [
            "let a = try! f()", "let b = c as! D", "fatalError(\"x\")", "let a = b!", "a![0]", "f()!.g", "x[1]!",
            "var v: View!",
            "\"\\(name)\"!", "precondition(a > 0)", "preconditionFailure()", "exit(1)", "abort()",
        ]
    )
    func traps(_ line: String) {
        #expect(Rules.traps(file(line)).count == 1)
    }

    @Test(
        "What does not",
        arguments: [
            "if a != b && !c {}", "a!=b", "// fatalError(), try! and b!", "let text = \"try! a! fatalError(\"",
            "let t = #\"a!\"\"#",
            "/* b! */", "let t = \"\"\"\n  a!\n  \"\"\"", "func f(_ a: Bool) -> Bool { !a }", "let t = \"a \\\" b!\"",
        ]
    )
    func harmless(_ line: String) {
        #expect(Rules.traps(file(line)).isEmpty)
    }

    @Test("Code after a string is still code")
    func afterString() {
        #expect(Rules.traps(file("let t = \"\"\"\n  \"quoted\"\n  \"\"\"\nlet b = c!")).first?.contains(":4 ") == true)
    }

    @Test("Files that are too long")
    func length() {
        #expect(Rules.length(file(String(repeating: "\n", count: 400))).isEmpty)
        #expect(Rules.length(file(String(repeating: "\n", count: 401))).count == 1)
    }

    @Test("Public types and functions without a doc comment")
    func documentation() {
        let bad = [
            "public struct A {}", "    public static func f() {}", "@frozen public enum E {}",
            "public final class C {}",
        ]
        for line in bad { #expect(Rules.documentation(file("let x = 1\n" + line)).count == 1, "\(line)") }
        let good = [
            "/// A.\npublic struct A {}", "/// A.\n@frozen\npublic enum E {}", "public var a = 1", "struct A {}",
            "public static func < (a: A, b: A) -> Bool { true }", "public extension A {}", "\"public struct A {}\"",
        ]
        for text in good { #expect(Rules.documentation(file(text)).isEmpty, "\(text)") }
    }

    @Test("An @unchecked Sendable without its proof")
    func uncheckedSendable() {
        #expect(Rules.uncheckedSendable(file("\nfinal class A: @unchecked Sendable {}")).count == 1)
        #expect(Rules.uncheckedSendable(file("\nnonisolated(unsafe) var a = 1")).count == 1)
        #expect(
            Rules.uncheckedSendable(file("// Guarded by the queue.\nfinal class A: @unchecked Sendable {}")).isEmpty
        )
    }

    @Test("Names of workplaces")
    func workplaces() {
        #expect(Rules.workplaces([("a.md", "x\nsee /wor" + "k/design.md")]).first?.hasPrefix("a.md:2 ") == true)
        #expect(Rules.workplaces([("a.md", "cat ../sha" + "red/names.json")]).count == 1)
        #expect(Rules.workplaces([("a.md", "the network/working group")]).isEmpty)
    }

    @Test("An adapter that nobody builds")
    func forgottenAdapters() {
        let paths = ["Adapters/HongDun/A.swift", "Adapters/Mines/A.swift", "Adapters/Registry/R.swift"]
        #expect(
            Rules.forgottenAdapters(paths, manifest: "[\"HongDun\"]") == [
                "Adapters/Mines is not among the agencies of Package.swift"
            ]
        )
    }
}
