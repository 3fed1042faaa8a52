import CreditModel
import CreditStore
import Derivation
import Foundation
import Publication
import Signing
import Synchronization
import Testing

/// Whoever applies a snapshot and what changed since holds exactly what a fresh snapshot holds.
@Suite("A copy of everything", .timeLimit(.minutes(30)))
struct MirrorTests {
    /// A town, handed to the thread that lives in it.
    private struct Town: @unchecked Sendable {
        // Used by one thread at a time: the test's own before, the body's while the server runs.
        let town: TravelTown

        var maker: SnapshotMaker {
            SnapshotMaker(
                store: town.world.store,
                publisher: town.world.publisher,
                keys: town.world.keys,
                folder: SnapshotFolder(path: town.world.path("snapshots"))
            )
        }

        /// Lives on, and says so in a status.
        func live(_ steps: Int, untold: Bool = false) throws {
            try town.live(steps: steps)
            guard !untold else { return }
            try town.world.publisher.publishStatus(at: town.moment, day: World.day)
        }
    }

    @Test("Over random histories, begun in the middle of one, in small pages and large", arguments: 1...6)
    func converges(seed: UInt64) async throws {
        let town = Town(town: try TravelTown(seed: seed))
        try town.live(3)
        let told = try #require(try town.town.world.store.latestStatus())
        // A sync is under way: what it has changed already is no part of the snapshot.
        try town.live(2, untold: true)
        let first = try town.maker.make(at: World.now, keeping: 2)
        #expect(first.position == told.position)
        try await serving(town.town.world) { port throws in
            var mirror = Mirror(port: port)
            try mirror.begin(piece: 700)
            #expect(mirror.root == mirror.expected && !mirror.documents.isEmpty)
            for round in 0..<6 {
                try town.live(round % 2 + 1)
                // Not after each status: changes of several are followed at once.
                if round % 3 != 0 {
                    try mirror.follow(limit: round == 1 ? 1 : 7)
                    #expect(mirror.root == mirror.expected, "round \(round)")
                }
            }
            try mirror.follow(limit: 500)
            let report = try town.maker.make(at: World.now, keeping: 2)
            #expect(report.isNew && report.after == mirror.after)
            var fresh = Mirror(port: port)
            try fresh.begin()
            #expect(fresh.root == fresh.expected && fresh.expected == mirror.expected)
            #expect(fresh.documents == mirror.documents)
            #expect(fresh.moved == mirror.moved)
            #expect(fresh.codes == mirror.codes)
            let folder = town.town.world.path("snapshots/\(report.id)")
            let result = try town.town.world.verifier(at: town.town.moment + 60).verify(snapshot: folder)
            #expect(result.verdict == .genuineAndCurrent, "\(result.text)")
        }
    }

    @Test("The histories hold every kind of change, some of which are rare")
    func histories() async throws {
        let kinds = Mutex<Set<String>>([])
        let all: Set = ["changed", "code", "created", "merged", "removed", "split"]
        // The first two have the rare ones; the others stand in, should the towns ever live otherwise.
        for seed in [22, 4] + Array(UInt64(1)...40) where kinds.withLock({ $0 != all }) {
            let town = Town(town: try TravelTown(seed: seed))
            try town.live(2)
            _ = try town.maker.make(at: World.now, keeping: 1)
            for _ in 0..<10 { try town.live(1) }
            try await serving(town.town.world) { port throws in
                var mirror = Mirror(port: port)
                try mirror.begin()
                try mirror.follow()
                #expect(mirror.root == mirror.expected, "seed \(seed)")
                kinds.withLock { $0.formUnion(mirror.kinds) }
            }
        }
        #expect(kinds.withLock { $0 } == all)
    }
}
