import CanonicalJSON
import Foundation
import GRDB
import Testing

/// What an operator is told of a store that is sound, and of one that is not.
@Suite("suixin store check and rebuild", .serialized)
struct StoreCheckTests {
    private static let day = ["--day", "2018-06-01"]

    private func suixin(_ desk: CommandDesk, _ arguments: String...) throws -> Run {
        try Run(Run.programs + "/suixin", arguments, in: desk.folder)
    }

    private func damage(_ desk: CommandDesk, _ sql: String) throws {
        let queue = try DatabaseQueue(path: desk.folder + "/data/suixin.sqlite")
        try queue.write { db in try db.execute(sql: sql) }
        try queue.close()
    }

    @Test(
        "A sound store exits with 0, a damaged one with 1, one that cannot be made right with 2",
        .timeLimit(.minutes(20))
    )
    func exitCodes() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 12, enterprises: 15)
            defer { desk.close() }
            #expect(try suixin(desk, "init", "--agencies", desk.agencies).status == 0)
            #expect(try suixin(desk, "sync", Self.day[0], Self.day[1]).status == 0)
            let sound = try suixin(desk, "store", "check", Self.day[0], Self.day[1])
            #expect(sound.status == 0 && sound.output.hasSuffix("The store is sound.\n"), "\(sound.output)")
            // Without a day it is today's: what has become due since waits, and is no damage.
            #expect(try suixin(desk, "store", "check").status == 0)

            try damage(desk, "DELETE FROM code WHERE text = (SELECT text FROM code LIMIT 1)")
            let derived = try suixin(desk, "store", "check", Self.day[0], Self.day[1])
            #expect(derived.status == 1 && derived.output.contains("code  code · sx"), "\(derived.output)")
            #expect(derived.output.contains("suixin store rebuild makes it anew"))
            #expect(try suixin(desk, "store", "rebuild", Self.day[0], Self.day[1]).status == 0)
            #expect(try suixin(desk, "store", "check", Self.day[0], Self.day[1]).status == 0)

            try damage(desk, "UPDATE version SET modified = modified + 1 WHERE id = (SELECT min(id) FROM version)")
            let lines = try desk.lines(suixin(desk, "store", "check", "--json", Self.day[0], Self.day[1]))
            let finding = try #require(lines.first)
            #expect(finding["kind"]?.string == "version" && finding["table"]?.string == "version")
            #expect(finding["agency"]?.string != nil && finding["key"]?.string != nil, "\(finding)")
            #expect(lines.last?["sound"] == .bool(false) && lines.last?["beyondRepair"]?.integer == 1, "\(lines)")
            let rebuild = try suixin(desk, "store", "rebuild", Self.day[0], Self.day[1])
            #expect(rebuild.status == 2 && rebuild.output.contains("beyond a rebuild"), "\(rebuild.output)")
        }
    }

    @Test("A check beside a sync takes nothing that is under way for damage", .timeLimit(.minutes(20)))
    func besideASync() async throws {
        let desk = try await blocking { try CommandDesk(seed: 13, enterprises: 60) }
        defer { desk.close() }
        try await blocking { () throws -> Void in
            #expect(try suixin(desk, "init", "--agencies", desk.agencies).status == 0)
            #expect(try suixin(desk, "sync", "hongdun", Self.day[0], Self.day[1]).status != 1)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await blocking { () throws -> Void in
                    #expect(try suixin(desk, "sync", Self.day[0], Self.day[1]).status == 0)
                    try desk.control("POST", "pass?to=2018-09-01")
                    #expect(try suixin(desk, "sync", "--day", "2018-09-01").status == 0)
                    try desk.write("", "done")
                }
            }
            group.addTask {
                try await blocking { () throws -> Void in
                    repeat {
                        let check = try suixin(desk, "store", "check", Self.day[0], Self.day[1])
                        #expect(check.status == 0, "\(check.output)\(check.errors)")
                    } while !FileManager.default.fileExists(atPath: desk.folder + "/done")
                }
            }
            try await group.waitForAll()
        }
    }
}
