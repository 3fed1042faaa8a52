import CreditModel
import Foundation
@testable import FuzzBodies
import Testing

@Suite("What the fuzzer found stays found")
struct FuzzReplayTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func files(in folder: String) throws -> [String: [UInt8]] {
        let base = root.appendingPathComponent(folder)
        var files: [String: [UInt8]] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: base.path).sorted() {
            let file = base.appendingPathComponent(path)
            guard (try? file.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true else { continue }
            files[path] = Array(try Data(contentsOf: file))
        }
        return files
    }

    private func replay(_ surface: FuzzSurface, _ bytes: [UInt8], _ name: String) {
        do {
            try surface.run(bytes)
        } catch {
            Issue.record("\(surface.name)/\(name): \(error)")
        }
    }

    @Test("Every case that failed once", arguments: FuzzSurface.all)
    func cases(_ surface: FuzzSurface) throws {
        let cases = try Self.files(in: "Tests/Fuzz/FailCases").filter { $0.key.hasPrefix("\(surface.name)/") }
        for (name, bytes) in cases.sorted(by: { $0.key < $1.key }) { replay(surface, bytes, name) }
    }

    @Test("Every input that the fuzzer begins with", arguments: FuzzSurface.all)
    func seeds(_ surface: FuzzSurface) throws {
        let seeds = surface.seeds(Samples(try Self.files(in: "Samples/Feeds")))
        #expect(!seeds.isEmpty)
        for seed in seeds { replay(surface, seed.bytes, seed.name) }
    }

    @Test("What the fuzzer begins with reaches every agency's records")
    func reach() throws {
        let samples = Samples(try Self.files(in: "Samples/Feeds"))
        var records: [String: [Int]] = [:]
        for seed in FuzzSurface.xml.seeds(samples) {
            records[Self.agency(seed), default: [0, 0]][0] += try XMLCheck(seed.bytes).run()
        }
        for seed in FuzzSurface.pull.seeds(samples) {
            records[Self.agency(seed), default: [0, 0]][1] += try PullCheck(seed.bytes).run()
        }
        for agency in Set(Dialect.all.map(\.dataset.agency.description)) {
            #expect(records[agency, default: []].min() ?? 0 > 0, "\(agency): \(records[agency, default: []])")
        }
    }

    private static func agency(_ seed: FuzzSeed) -> String { String(seed.name.prefix { $0 != "-" }) }

    @Test("A folder of cases belongs to a surface")
    func folders() throws {
        let names = Set(FuzzSurface.all.map(\.name))
        for path in try Self.files(in: "Tests/Fuzz/FailCases").keys where path.contains("/") {
            #expect(names.contains(String(path.prefix { $0 != "/" })), "\(path)")
        }
    }
}
