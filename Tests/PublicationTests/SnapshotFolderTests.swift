import Foundation
import Publication
import ServiceKit
import Testing

/// Snapshots appear whole, the newest is found, the oldest go.
@Suite("The folder of snapshots")
struct SnapshotFolderTests {
    @Test("So many are kept, the newest of them are found, and of one status there is one")
    func keeping() throws {
        let studio = try Studio(5)
        var made: [String] = []
        for round in 0..<4 {
            let report = try studio.make(keeping: 2, at: World.now + Int64(round))
            #expect(report.isNew && report.removed.count == (round < 2 ? 0 : 1))
            made.append(report.id)
            #expect(try studio.folder.latest()?.id == report.id)
            let again = try studio.make(keeping: 2)
            #expect(!again.isNew && again.id == report.id && again.removed.isEmpty)
            try studio.world.put("P2", name: "改名\(round)")
            try studio.publish(at: World.now + 1 + Int64(round))
        }
        #expect(studio.folder.ids().map(\.text) == made.suffix(2))
        #expect(
            Set(try FileManager.default.contentsOfDirectory(atPath: studio.folder.path))
                == Set(made.suffix(2) + ["lock"])
        )
        #expect(try studio.folder.snapshot(made[0]) == nil && studio.folder.snapshot(made[3])?.files.count == 3)
    }

    @Test("What was left by somebody who was killed is never handed out, and taken away by the next")
    func leftovers() throws {
        let studio = try Studio(5)
        let files = FileManager.default
        let report = try studio.make()
        let left = studio.path(of: report) + ".part"
        try files.moveItem(atPath: studio.path(of: report), toPath: left)
        #expect(try studio.folder.latest() == nil && studio.folder.snapshot(report.id) == nil)
        #expect(try studio.folder.snapshot(report.id + ".part") == nil)
        try files.removeItem(atPath: left + "/manifest.json")
        let again = try studio.make()
        #expect(again.isNew && again.id == report.id && !files.fileExists(atPath: left))
        #expect(try studio.verify(studio.path(of: again)).verdict == .genuineAndCurrent)
        let mode = try files.attributesOfItem(atPath: studio.folder.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test("One at a time; a store that does not hold what was signed gives none")
    func refusals() throws {
        let studio = try Studio(5)
        let report = try studio.make { _ in
            #expect(throws: PublicationError.busy) { try studio.make() }
        }
        #expect(report.isNew)
        let empty = try World()
        let maker = SnapshotMaker(
            store: empty.store,
            publisher: empty.publisher,
            keys: empty.keys,
            folder: SnapshotFolder(path: empty.path("snapshots"))
        )
        #expect(throws: PublicationError.noTree) { try maker.make(at: World.now, keeping: 1) }
        try empty.publisher.publishStatus(at: World.now, day: World.day)
        #expect(try maker.make(at: World.now, keeping: 1).profiles == 0)
        let folder =
            empty.path("snapshots") + "/" + (SnapshotFolder(path: empty.path("snapshots")).ids().first?.text ?? "")
        #expect(try empty.verifier().verify(snapshot: folder).verdict == .genuineAndCurrent)
    }

    @Test(
        "A name leads nowhere else",
        arguments: [
            "", "..", "1-2-3", "1-2-00000000000G", "01-2-000000000000", "-1-2-000000000000", "1-2-000000000000/",
        ]
    )
    func names(_ text: String) { #expect(SnapshotID(text) == nil) }
}
