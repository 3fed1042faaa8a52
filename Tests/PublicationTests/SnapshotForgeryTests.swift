import CanonicalJSON
import CreditModel
import CreditStore
import Foundation
import Publication
import Signing
import Testing

/// Whatever is not exactly what the status' root was signed over is found, even where the manifest was signed anew for it.
@Suite("Forged snapshots")
struct SnapshotForgeryTests {
    @Test(
        "Lines left out, added, doubled, swapped, changed, of another version, and names that lead elsewhere",
        arguments: [
            "profile left out", "profile doubled", "profiles swapped", "profile changed", "older version",
            "name left out",
            "name added", "name elsewhere", "name doubled", "no line", "annex added", "untouched",
        ]
    )
    func lines(_ how: String) throws {
        let studio = try Studio()
        let earlier = try studio.lines(studio.make(), "profiles")
        try studio.world.put("P2", name: "改名")
        try studio.publish(at: World.now + 1)
        let report = try studio.make()
        let part =
            how.contains("profile") || how.contains("version")
            ? "profiles" : how.contains("annex") ? "annexes" : "names"
        let forged = try studio.forge(report, part) { lines in
            var lines = lines
            switch how {
            case "profile left out": lines.remove(at: 7)
            case "profile doubled", "name doubled": lines.insert(lines[1], at: 1)
            case "profiles swapped": lines.swapAt(7, 8)
            case "profile changed": lines[7][100] ^= 1
            case "older version": return earlier
            case "name left out": lines.removeLast()
            case "name added": lines.insert(Array("{\"holders\":[\"\(World.id("P9"))\"],\"name\":\"X\"}".utf8), at: 0)
            case "name elsewhere":
                lines = lines.map { Array(text($0).replacing(World.id("P1").text, with: World.id("P9").text).utf8) }
            case "no line": lines[0].append(0x20)
            case "annex added": lines.append(Array("{}".utf8))
            default: break
            }
            return lines
        }
        let result = try studio.verify(forged, at: World.now + 1)
        #expect(result.verdict == (how == "untouched" ? .genuineAndCurrent : .notGenuine), "\(result.text)")
        #expect(how == "untouched" || result.proves.isEmpty)
    }

    @Test(
        "A manifest that does not fit the status in it",
        arguments: ["position", "after", "tree", "statusDigest", "status", "lines", "issuer"]
    )
    func manifests(_ member: String) throws {
        let studio = try Studio()
        let first = try #require(try studio.world.store.latestStatus())
        try studio.world.put("P2", name: "改名")
        try studio.publish(at: World.now + 1)
        let report = try studio.make()
        let forged = try studio.forge(
            report,
            "names",
            signs: { members in
                switch member {
                case "position", "after": members[member] = .integer((members[member]?.integer ?? 0) + 1)
                case "tree":
                    guard case .object(var tree)? = members["tree"] else { return }
                    tree["root"] = .string("sha256:" + String(repeating: "0", count: 64))
                    members["tree"] = .object(tree)
                case "status": members["status"] = try? JSONValue(parsing: first.document)
                case "statusDigest": members["statusDigest"] = .string(first.digest)
                case "issuer": members["iss"] = .string("https://other.example")
                default:
                    guard case .object(var files)? = members["files"], case .object(var file)? = files["names"] else {
                        return
                    }
                    file["count"] = .integer(7)
                    files["names"] = .object(file)
                    members["files"] = .object(files)
                }
            },
            { $0 }
        )
        let result = try Verifier(keys: studio.world.keys, now: World.now + 1).verify(snapshot: forged)
        #expect(result.verdict == .notGenuine, "\(result.text)")
    }

    @Test("Files that are cut, damaged, exchanged or missing, and a manifest that nobody signed")
    func files() throws {
        let studio = try Studio()
        let report = try studio.make()
        let place = URL(fileURLWithPath: studio.path(of: report) + "/profiles.ndjson.gz")
        let whole = try Data(contentsOf: place)
        func problems() throws -> String {
            let result = try studio.verify(studio.path(of: report))
            #expect(result.verdict == .notGenuine)
            return result.problems.joined()
        }
        for length in [0, 1, 20, whole.count / 2, whole.count - 1] {
            try whole.prefix(length).write(to: place)
            #expect(try problems().contains("ends early, after \(length) of \(whole.count) bytes"), "\(length)")
        }
        var damaged = whole
        damaged[whole.count / 2] ^= 0x10
        try damaged.write(to: place)
        _ = try problems()
        try (whole + Data([0])).write(to: place)
        #expect(try problems().contains("not the file that the manifest describes"))
        try FileManager.default.removeItem(at: place)
        #expect(try problems().contains("not beside the manifest"))
        try whole.write(to: place)
        #expect(try studio.verify(studio.path(of: report)).verdict == .genuineAndCurrent)
        let manifest = URL(fileURLWithPath: studio.path(of: report) + "/manifest.json")
        var text = Array(try Data(contentsOf: manifest))
        text[40] ^= 1
        try Data(text).write(to: manifest)
        _ = try problems()
        try Data(try #require(try studio.world.store.latestStatus()).document).write(to: manifest)
        #expect(try problems().contains("no snapshot's manifest"))
    }
}
