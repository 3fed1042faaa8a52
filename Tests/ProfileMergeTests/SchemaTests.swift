import CreditModel
import Foundation
import ProfileMerge
import Testing

@Suite("Profiles obey their JSON Schema", .timeLimit(.minutes(20)))
struct SchemaTests {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Scripts/check-profiles.py").path

    private static func run(_ arguments: [String]) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = Pipe()
        guard (try? process.run()) != nil else { return (127, "") }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    /// An independent validator: Python's jsonschema, where it is installed.
    private static let canRun = run(["python3", "-c", "import jsonschema"]).status == 0

    private static func check(_ profiles: [MergedProfile]) throws -> (status: Int32, output: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("profiles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("export").path
        var lines: [UInt8] = []
        var annexes: [UInt8] = []
        for profile in profiles {
            lines += profile.bytes + [0x0A]
            for annex in profile.annexes {
                annexes += Array("{\"annex\":".utf8) + annex.bytes + Array(",\"digest\":\"\(annex.digest)\"}\n".utf8)
            }
        }
        try Data(lines).write(to: URL(fileURLWithPath: file))
        try Data(annexes).write(to: URL(fileURLWithPath: file + ".annexes.ndjson"))
        return run(["python3", script, file])
    }

    @Test("Examples of every section, histories, conflicts, cut lists and long texts are valid", .enabled(if: canRun))
    func valid() throws {
        let long = String(repeating: "长", count: 80_000)
        let history = Row(.registration, "P1")
            .saying([named("旧名")], from: "2003-05-06", modified: "2003-05-07")
            .saying(
                [named("新名"), Fact("registration.formerNames", .list(["更旧名"]))],
                from: "2010-03-04",
                modified: "2010-03-05"
            )
        let licence = Row(.SCXKZ, "XK1")
            .saying([Fact("product", .text("线"))], from: "2010-01-01", to: "2014-12", modified: "2010-01-02")
            .saying([Fact("product", .text("电缆"))], from: "2015-01-01", to: "open", modified: "2015-01-02")
        let profiles =
            [
                merge(Examples.usual, codes: Examples.codes), merge(Examples.rich, codes: Examples.codes),
                merge(Examples.vast(3_000)), merge([]), merge(history, licence),
            ]
            + (1...60).compactMap { months in
                // Past days: what begins later is left out, and places in `records` move.
                let rows = Examples.rich + [history, licence]
                return merger.merge(
                    decision(rows, codes: Examples.codes),
                    records: rows.map(\.history),
                    asOf: someDay.adding(days: -91 * months)
                )
            } + [
                merge(
                    Row(.registration, "P1").saying([named("某公司"), Fact("registration.scope", .text(long))]),
                    Row(.penalty, "1").saying([Fact("facts", .text(long)), Fact("violation", .text("\"\\\n\u{1}短"))])
                )
            ]
        let result = try SchemaTests.check(profiles)
        #expect(result.status == 0, "\(result.output)")
    }

    @Test("A profile with a field that the schema does not know is not valid", .enabled(if: canRun))
    func invalid() throws {
        let result = try SchemaTests.check([merge(Row(.penalty, "1").saying([Fact("shoeSize", .number(43))]))])
        #expect(result.status == 1)
        #expect(result.output.contains("shoeSize"))
    }
}
