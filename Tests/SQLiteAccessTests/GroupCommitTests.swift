import Access
import CreditModel
import Dispatch
import SQLiteAccess
import Synchronization
import Testing

@Suite("Nothing is answered that is not journaled")
struct GroupCommitTests {
    @Test("Whatever was told to be on the disk is there after reopening, in order and whole")
    func durable() async throws {
        let archive = try Archive()
        let callers = try (0..<4).map { try archive.caller("平台\($0)") }
        let journal = QueryJournal(archive.store)
        let acknowledged = Shared<Set<QueryID>>([])
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<8 {
                group.addTask {
                    for number in 0..<100 {
                        let entry = Archive.entry(callers[lane % 4], at: Int64(number))
                        await withCheckedContinuation { done in
                            let condition = journal.append(JournalRecord(entry), at: Archive.noon) { result in
                                if case .success = result { acknowledged.change { $0.insert(entry.id) } }
                                done.resume()
                            }
                            if condition != .open { done.resume() }
                        }
                    }
                }
            }
        }
        try archive.reopen()
        #expect(acknowledged.value.count == 800)
        for id in acknowledged.value { #expect(try archive.store.entry(id) != nil) }
        #expect(try archive.faults() == [])
    }

    @Test("Who waited long for an answer keeps nobody out: what counts is when the entry was taken")
    func slowQuery() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let (begun, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let store = FaultyStore(archive.store) {
            begun.signal()
            gate.wait()
        }
        // Nothing is committed but what somebody waits for.
        var options = QueryJournal.Options()
        options.interval = 3_600_000
        let journal = QueryJournal(store, options: options)
        let asked = Archive.entry(caller, at: -60_000)
        #expect(journal.append(JournalRecord(asked), at: Archive.noon) { _ in } == .open)
        begun.wait()
        #expect(journal.condition(at: Archive.noon + 100) == .open)
        // This one comes while the first is written.
        let late = Archive.entry(caller, at: -59_000)
        #expect(journal.append(JournalRecord(late), at: Archive.noon + 900) == .open)
        let finished = DispatchSemaphore(value: 0)
        let more = Archive.entry(caller, at: -58_000)
        #expect(journal.append(JournalRecord(more), at: Archive.noon + 900) { _ in finished.signal() } == .open)
        gate.signal()
        begun.wait()
        #expect(journal.condition(at: Archive.noon + 1_800) == .open)
        #expect(journal.condition(at: Archive.noon + 60_000) == .late)
        gate.signal()
        finished.wait()
        #expect(journal.condition(at: Archive.noon + 60_000) == .open)
        try journal.close()
    }

    @Test("Entries that come while one commit is written are committed together by the next")
    func groups() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let gate = DispatchSemaphore(value: 0)
        let store = FaultyStore(archive.store) { gate.wait() }
        let journal = QueryJournal(store)
        let finished = DispatchGroup()
        for number in 0..<300 {
            finished.enter()
            let condition = journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon) { _ in
                finished.leave()
            }
            #expect(condition == .open, "entry \(number)")
        }
        for _ in 0..<300 { gate.signal() }
        finished.wait()
        let appends = store.appends.withLock { $0 }
        #expect(appends.reduce(0, +) == 300)
        #expect(appends.count <= 3)
    }

    @Test("What nobody waits for is on the disk once the journal is closed")
    func close() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let journal = QueryJournal(archive.store)
        let entries = (0..<50).map { Archive.entry(caller, at: Int64($0)) }
        for entry in entries { #expect(journal.append(JournalRecord(entry), at: Archive.noon) == .open) }
        try journal.close()
        #expect(journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon) == .closed)
        try archive.reopen()
        #expect(try archive.store.entries(JournalFilter(limit: 100)) == entries.reversed())
    }

    @Test("While the journal cannot be written nothing is taken; who waits hears of it, the rest is kept until it can")
    func failing() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let store = FaultyStore(archive.store)
        store.failures.withLock { $0 = 2 }
        var options = QueryJournal.Options()
        // This test says when.
        options.interval = 3_600_000
        let journal = QueryJournal(store, options: options)
        let kept = Archive.entry(caller)
        let refused = Archive.entry(caller, at: 1)
        #expect(journal.append(JournalRecord(kept), at: Archive.noon) == .open)
        let heard = DispatchSemaphore(value: 0)
        let outcome = Shared<Result<Void, AccessError>?>(nil)
        let condition = journal.append(JournalRecord(refused), at: Archive.noon) { result in
            outcome.change { $0 = result }
            heard.signal()
        }
        #expect(condition == .open)
        heard.wait()
        #expect(throws: AccessError.self) { try outcome.value?.get() }
        #expect(journal.condition(at: Archive.noon) == .failing)
        #expect(journal.failure?.code == .unusable)
        #expect(journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon) == .failing)
        #expect(throws: AccessError.self) { try journal.flush() }
        try journal.flush()
        #expect(journal.condition(at: Archive.noon) == .open)
        #expect(try archive.store.entry(kept.id) == kept)
        #expect(try archive.store.entry(refused.id) == nil)
    }

    @Test("After a failure of which nothing is left, the journal opens again by itself once it can be written")
    func recovery() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let store = FaultyStore(archive.store)
        store.failures.withLock { $0 = 1 }
        let journal = QueryJournal(store)
        let heard = DispatchSemaphore(value: 0)
        _ = journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon) { _ in heard.signal() }
        heard.wait()
        try journal.flush()
        #expect(journal.condition(at: Archive.noon) == .open)
        #expect(journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon) == .open)
    }

    @Test("A journal that falls behind by a second takes no more, nor one whose memory is full")
    func behind() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        var options = QueryJournal.Options()
        options.interval = 3_600_000
        options.entries = 3
        let journal = QueryJournal(archive.store, options: options)
        #expect(journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon) == .open)
        #expect(journal.condition(at: Archive.noon + 1_000) == .open)
        #expect(journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon + 1_001) == .late)
        for _ in 0..<2 { #expect(journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon) == .open) }
        #expect(journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon) == .full)
        try journal.flush()
        #expect(journal.append(JournalRecord(Archive.entry(caller)), at: Archive.noon + 60_000) == .open)
        var small = options
        small.bytes = 2_000
        let other = QueryJournal(archive.store, options: small)
        let large = JournalRecord(Archive.entry(caller), keeping: [UInt8](repeating: 1, count: 5_000), form: .flattened)
        #expect(other.append(large, at: Archive.noon) == .open)
        #expect(other.append(large, at: Archive.noon) == .full)
        try journal.close()
        try other.close()
    }

    @Test("Two processes append to one journal, and its chain stays whole")
    func twoWriters() async throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        let stores = [archive.store, try SQLiteJournalStore(path: archive.path)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores {
                group.addTask {
                    for number in 0..<30 {
                        let entries = (0..<5).map { Archive.entry(caller, at: Int64(number * 5 + $0)) }
                        try store.append(entries.map { JournalRecord($0) })
                    }
                }
            }
            try await group.waitForAll()
        }
        let state = try archive.store.check { _ in Issue.record("not whole") }
        #expect(state.entries == 300)
        #expect(state.last == 300)
    }
}
