import Foundation
import Signing
import Testing

@Suite("Keys lie in a folder that only its owner may enter")
struct KeyRingTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "keys-" + UUID().uuidString
    }

    private func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
    private func setMode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test("A new key is the active one, in a file of mode 0600 in a folder of mode 0700")
    func create() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var ring = try KeyRing(folder: folder)
        #expect(ring.entries.isEmpty)
        try ring.create(created: 1_500_000_000)
        let again = try KeyRing(folder: folder)
        #expect(again.entries.map(\.state) == ["active"])
        #expect(again.entries.map(\.algorithm) == [.es256])
        #expect(try again.signingKey.keyID == ring.signingKey.keyID)
        #expect(try mode(folder) == 0o700)
        #expect(try files() == ["key-000001.json"])
        #expect(try mode(folder + "/key-000001.json") == 0o600)
        #expect(throws: SigningError.self) { try ring.create(created: 1_500_000_001) }
    }

    @Test("After a rotation the new key signs and the old one still verifies")
    func rotate() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var ring = try KeyRing(folder: folder)
        try ring.create(created: 1)
        let old = try ring.signingKey.sign([1, 2, 3], as: .profile)
        try ring.rotate(.edDSA, created: 1)
        let loaded = try KeyRing(folder: folder)
        #expect(loaded.entries.map(\.state) == ["retired", "active"])
        #expect(try loaded.signingKey.algorithm == .edDSA)
        #expect(try loaded.keySet.verify(old).payload == [1, 2, 3])
        #expect(try loaded.keySet.verify(loaded.signingKey.sign([4], as: .profile)).payload == [4])
    }

    @Test("Two rotations at once make one key, and one of them hears of it")
    func concurrentRotation() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var a = try KeyRing(folder: folder)
        try a.create(created: 1)
        var b = try KeyRing(folder: folder)
        try a.rotate(created: 2)
        #expect(throws: SigningError.self) { try b.rotate(created: 2) }
        #expect(try files() == ["key-000001.json", "key-000002.json"])
        #expect(try KeyRing(folder: folder).signingKey.keyID == a.signingKey.keyID)
    }

    @Test("A key that others can read is refused, and the message says what to do")
    func readableByOthers() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var ring = try KeyRing(folder: folder)
        try ring.create(created: 1)
        for path in [folder + "/key-000001.json", folder] {
            let before = try mode(path)
            try setMode(before | 0o044, path)
            let error = #expect(throws: SigningError.self) { try KeyRing(folder: folder) }
            #expect("\(try #require(error))".contains("chmod"))
            try setMode(before, path)
        }
        #expect(try KeyRing(folder: folder).entries.count == 1)
    }

    @Test("A file whose parts belong to two keys is damaged, not used")
    func mixedFile() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var ring = try KeyRing(folder: folder)
        try ring.create(created: 1)
        try ring.rotate(created: 2)
        func member(_ name: String, _ file: String) throws -> String {
            let json = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
            let start = try #require(json.range(of: "\"\(name)\":\"")).upperBound
            return String(json[start...].prefix { $0 != "\"" })
        }
        let path = folder + "/key-000002.json"
        let mixed = try String(contentsOfFile: path, encoding: .utf8)
            .replacing(try member("d", "key-000002.json"), with: try member("d", "key-000001.json"))
        try Data(mixed.utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: SigningError.self) { try KeyRing(folder: folder) }
    }

    @Test("Without its private part a key verifies, and says that it cannot sign")
    func publicOnly() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var ring = try KeyRing(folder: folder)
        #expect(throws: SigningError.self) { try ring.signingKey }
        try ring.create(created: 1)
        let document = try ring.signingKey.sign([9], as: .profile)
        let path = folder + "/key-000001.json"
        let json = try String(contentsOfFile: path, encoding: .utf8)
        try Data(json.replacing(/"d":"[^"]*",/, with: "").utf8).write(to: URL(fileURLWithPath: path))
        let loaded = try KeyRing(folder: folder)
        #expect(loaded.entries.map(\.state) == ["retired"])
        #expect(try loaded.keySet.verify(document).payload == [9])
        #expect(throws: SigningError.self) { try loaded.signingKey }
    }
}
