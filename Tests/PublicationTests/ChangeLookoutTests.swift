import ExchangeAPI
import Foundation
import Publication
import Synchronization
import Testing

/// One look at the store serves all who wait for a change.
@Suite("Looking for changes", .timeLimit(.minutes(20)))
struct ChangeLookoutTests {
    /// A lookout whose pauses end when the test says so, over a store whose last change the test says.
    private final class Tower: Sendable {
        struct Broken: Error {}

        let lookout = ChangeLookout()
        private let pauses: AsyncStream<Void>
        private let pause: AsyncStream<Void>.Continuation
        private let counts: AsyncStream<Int>
        private let looked: AsyncStream<Int>.Continuation
        private let store = Mutex<(last: Int64?, looks: Int)>((7, 0))

        init() {
            (pauses, pause) = AsyncStream.makeStream()
            (counts, looked) = AsyncStream.makeStream()
        }

        var looks: Int { store.withLock { $0.looks } }

        /// The last change from now on; nil where the store cannot be read.
        func put(_ last: Int64?) { store.withLock { $0.last = last } }

        func run() async {
            await lookout.run { [pauses] in
                for await _ in pauses { return }
                throw CancellationError()
            } looking: { [self] in
                let (last, looks) = store.withLock { store -> (Int64?, Int) in
                    store.looks += 1
                    return (store.last, store.looks)
                }
                looked.yield(looks)
                guard let last else { throw Broken() }
                return last
            }
        }

        /// Ends one pause, now or when somebody comes to it.
        func pass() { pause.yield() }

        /// Ends one pause, and waits for the look behind it.
        func look() async {
            pass()
            for await _ in counts { return }
        }

        /// Waits until so many wait.
        func gathered(_ count: Int) async { while lookout.waiting != count { await Task.yield() } }
    }

    /// Somebody who waits in each task, and what they were told, sorted by how long they were ready to wait.
    private static func words(
        _ waiters: [(known: Int64, looks: Int)],
        at tower: Tower,
        _ act: @escaping @Sendable () async -> Void
    ) async -> [ChangeLookout.Word] {
        await withTaskGroup(of: (Int, ChangeLookout.Word)?.self) { tasks in
            for (place, waiter) in waiters.enumerated() {
                tasks.addTask { (place, await tower.lookout.change(from: waiter.known, within: waiter.looks)) }
            }
            tasks.addTask {
                await tower.gathered(waiters.count)
                await act()
                return nil
            }
            var words: [Int: ChangeLookout.Word] = [:]
            for await case (let place, let word)? in tasks { words[place] = word }
            return waiters.indices.compactMap { words[$0] }
        }
    }

    private static func keeping(_ body: (Tower) async -> Void) async {
        let tower = Tower()
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await tower.run() }
            await body(tower)
            tasks.cancelAll()
        }
    }

    @Test("A thousand who wait cost as many looks as one, and nobody looks while nobody waits")
    func together() async {
        await Self.keeping { tower in
            let waiters = Array(repeating: (known: Int64(7), looks: 250), count: 1000)
            let words = await Self.words(waiters, at: tower) {
                for _ in 0..<3 { await tower.look() }
                tower.put(8)
                await tower.look()
            }
            #expect(words.count == 1000 && Set(words) == [.news(looksLeft: 246)])
            #expect(tower.looks == 4 && tower.lookout.waiting == 0)
            // However much time passes.
            tower.pass()
            for _ in 0..<1000 { await Task.yield() }
            #expect(tower.looks == 4)
            #expect(await tower.lookout.change(from: 8, within: 1) == .nothing && tower.looks == 5)
        }
    }

    @Test("Each waits as long as he wants to, and for another change than he knows, be it an older one")
    func apart() async {
        await Self.keeping { tower in
            let words = await Self.words([(7, 1), (7, 2), (6, 9), (9, 9), (7, 9)], at: tower) {
                await tower.look()
                await tower.gathered(2)
                await tower.look()
                await tower.gathered(1)
                tower.put(10)
                await tower.look()
            }
            #expect(words == [.nothing, .nothing, .news(looksLeft: 8), .news(looksLeft: 8), .news(looksLeft: 6)])
        }
    }

    @Test("Where the store cannot be read all look for themselves, and say so")
    func broken() async {
        await Self.keeping { tower in
            let words = await Self.words([(7, 9), (7, 5)], at: tower) {
                tower.put(nil)
                await tower.look()
            }
            #expect(words == [.news(looksLeft: 8), .news(looksLeft: 4)])
        }
    }

    @Test("Whoever goes away is forgotten; when the looking ends all go")
    func leaving() async {
        let tower = Tower()
        let looking = Task { await tower.run() }
        let waiting = Task { await tower.lookout.change(from: 7, within: 99) }
        await tower.gathered(1)
        waiting.cancel()
        #expect(await waiting.value == .over && tower.lookout.waiting == 0)
        // The look that he had begun finds nobody, and is the last.
        await tower.look()
        let other = Task { await tower.lookout.change(from: 7, within: 99) }
        await tower.gathered(1)
        looking.cancel()
        #expect(await other.value == .over)
        #expect(await tower.lookout.change(from: 1, within: 99) == .over)
        await looking.value
        #expect(tower.looks == 1)
    }

    @Test("All who wait at a server are told of one commit")
    func served() async throws {
        let world = try World()
        try world.put("P1", name: "企业一")
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        try world.commit("P1", name: "改名企业")
        let (store, publisher) = (world.store, world.publisher)
        try await serving(world, at: World.now + 9) { port throws in
            let key = FrontDesk.keys.withLock { $0[port] } ?? ""
            let head = "HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(key)\r\nSuixin-Purpose: dispute\r\n"
            let pages = try (0..<30).map { _ in try RawConnection(port: port) }
            let streams = try (0..<10).map { _ in try RawConnection(port: port) }
            for page in pages { page.send("GET /v1/changes?wait=50 \(head)Connection: close\r\n\r\n") }
            for stream in streams { stream.send("GET /v1/changes \(head)Accept: text/event-stream\r\n\r\n") }
            // Each of them is there: its answer's head came.
            for stream in streams { stream.read { $0.contains("\r\n\r\n") } }
            try World.derive(in: store, "P1", name: "改名企业")
            try publisher.signProfiles(at: World.now + 1)
            try publisher.publishStatus(at: World.now + 1, day: World.day)
            for page in pages {
                #expect(page.read())
                #expect(try HTTPCall.answer(page.received).text.contains("\"kind\":\"changed\""))
            }
            for stream in streams { #expect(!stream.read { $0.contains("id: 1\nevent: changed\ndata: {") }) }
        }
    }
}
