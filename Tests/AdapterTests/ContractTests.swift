import AdapterContract
import AdapterKit
import AdapterRegistry
import Foundation
import Testing

/// Every adapter of the registry, on every sample of its agency: a new one needs no line here.
@Suite("The adapters' contract")
struct ContractTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Samples/Feeds")

    /// A rule and a sample to show it on.
    struct Case: Sendable, CustomTestStringConvertible {
        var feed: SampleFeed
        var rule: AdapterContract.Rule
        var testDescription: String { "\(feed.dataset) \(rule.rawValue)" }
    }

    static let cases = AdapterRegistry.all.flatMap { (try? SampleFeed.all(of: $0, in: folder)) ?? [] }
        .flatMap { feed in AdapterContract.Rule.allCases.map { Case(feed: feed, rule: $0) } }

    @Test("An adapter", arguments: cases)
    func rule(_ one: Case) async throws {
        let complaints = try await AdapterContract(one.feed).complaints(one.rule)
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    @Test("Every adapter has a sample")
    func samples() throws {
        for type in AdapterRegistry.all {
            let samples = try SampleFeed.all(of: type, in: Self.folder)
            #expect(!samples.isEmpty, "Samples/Feeds/\(type.descriptor.id) has no sample")
        }
    }
}
