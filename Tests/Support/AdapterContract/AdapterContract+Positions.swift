internal import AdapterKit
internal import CreditModel
internal import Synchronization

/// Where a pull goes on.
extension AdapterContract {
    private static let onebyone: FeedLimits = {
        var limits = patientLimits
        limits.batch = 1
        return limits
    }()

    func resuming() async throws -> [String] {
        let whole = MemorySink()
        let agency = try await agency(feed)
        _ = try await pulling(agency, into: whole, limits: Self.onebyone)
        var complaints: [String] = []
        for count in 0..<whole.batches.count {
            let sink = MemorySink()
            sink.batchesLeft = count
            let error = try await pulling(agency, into: sink, limits: Self.onebyone)
            complaints += unless(error?.code == .stopped, "killed after \(count): \(String(describing: error))")
            sink.batchesLeft = .max
            let next = try await pulling(agency, into: sink, limits: Self.onebyone)
            complaints += unless(next == nil, "after \(count): \(String(describing: next))")
            complaints += unless(
                Set(Self.texts(sink.records)) == Set(Self.texts(whole.records)) && sink.keys == whole.keys,
                "after \(count): \(sink.keys)"
            )
            complaints += unless(sink.position == whole.position, "after \(count): another position")
            complaints += unless(
                sink.progress == whole.progress,
                "after \(count): \(String(describing: sink.progress))"
            )
        }
        return complaints
    }

    func standingStill() async throws -> [String] {
        let agency = try await agency(feed)
        let sink = MemorySink()
        if let error = try await pulling(agency, into: sink) { return ["\(error)"] }
        let (position, progress, taken) = (sink.position, sink.progress, Set(Self.texts(sink.records)))
        if let error = try await pulling(agency, into: sink) { return ["\(error)"] }
        return unless(position != nil, "there is no position")
            + unless(sink.position == position, "the position moved, though nothing was new")
            + unless(sink.progress == progress, "\(String(describing: sink.progress))")
            + unless(Set(Self.texts(sink.records)) == taken, "something new came")
            + unless(sink.faults.isEmpty, "\(sink.faults)")
    }

    func stopping() async throws -> [String] {
        let whole = MemorySink()
        let agency = try await agency(feed)
        _ = try await pulling(agency, into: whole, limits: Self.onebyone)
        var complaints: [String] = []
        for count in 0..<whole.batches.count {
            // A consumer that wants no more is not asked again.
            let sink = MemorySink()
            sink.batchesLeft = count
            let error = try await pulling(agency, into: sink, limits: Self.onebyone)
            complaints += unless(error?.code == .stopped && sink.ignored == 1, "\(count): \(sink.ignored) too many")
        }
        // An operator who stopped it before it began costs no request.
        let before = agency.requests
        let sink = MemorySink()
        let error = try await pulling(agency, into: sink, isStopped: { true })
        complaints += unless(error?.code == .stopped && sink.batches.isEmpty, "\(String(describing: error))")
        complaints += unless(agency.requests == before, "it asked though it was stopped")
        // One who stops it while it waits for an answer need not wait for the answer.
        let hasAsked = Counter()
        let silent = try await ScriptedAgency(pieces: nil) { _ in
            _ = hasAsked.next()
            return ScriptedAgency.Reply(503, headers: [("Retry-After", "1")])
        }
        let waiting = try await pulling(silent, into: sink, isStopped: { hasAsked.value > 0 })
        return complaints
            + unless(waiting?.code == .stopped && hasAsked.value == 1, "stopped within: \(String(describing: waiting))")
    }

    func batches() async throws -> [String] {
        let agency = try await agency(feed)
        var complaints: [String] = []
        for size in [1, 2, 500] {
            var limits = patientLimits
            limits.batch = size
            let sink = MemorySink()
            if let error = try await pulling(agency, into: sink, limits: limits) { return ["\(error)"] }
            complaints += unless(
                sink.batches.allSatisfy { $0.records.count + $0.faults.count <= size },
                "of \(size): \(sink.batches.map(\.records.count))"
            )
            complaints += unless(
                sink.batches.allSatisfy { $0.dataset == feed.dataset },
                "a batch of another dataset"
            )
        }
        return complaints
    }
}
