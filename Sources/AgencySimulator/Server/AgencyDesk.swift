internal import CreditModel
internal import Foundation
internal import Synchronization

/// What requests, controls and tests share: the four agencies, each behind a lock of its own.
final class AgencyDesk: Sendable {
    private let offices: [AgencyID: Guarded]
    private let population: Mutex<any EnterprisePopulation>
    private let options: AgencyServer.Options
    private let folder: String
    private let today: Mutex<Day>
    private let sent = Mutex<[AgencyID: Int]>([:])
    let port = Atomic<Int>(0)

    private final class Guarded: Sendable {
        let office: Mutex<AgencyOffice>
        init(_ office: AgencyOffice) { self.office = Mutex(office) }
    }

    init(_ options: AgencyServer.Options, folder: String) throws {
        population = Mutex(options.population)
        self.options = options
        self.folder = folder
        today = Mutex(options.at)
        var offices: [AgencyID: Guarded] = [:]
        for (agency, office) in try Self.open(options, folder) { offices[agency] = Guarded(office) }
        self.offices = offices
    }

    /// Builds what is missing of the tables, and opens them at the day that the options name.
    private static func open(_ options: AgencyServer.Options, _ folder: String) throws -> [AgencyID: AgencyOffice] {
        try TableBuilder(
            population: options.population,
            folder: folder,
            fingerprint: "\(options.seed)/\(options.population.count)/\(options.fingerprint)",
            progress: options.progress
        ).build()
        var offices: [AgencyID: AgencyOffice] = [:]
        for agency in TableBuilder.agencies {
            offices[agency] = try AgencyOffice(
                agency,
                seed: options.seed,
                at: end(of: options.at),
                credentials: options.credentials,
                wire: options.wire,
                folder: folder
            )
        }
        return offices
    }

    /// Another population from now on, which is the same up to the day before; faults that wait are forgotten.
    func replace(with population: any EnterprisePopulation, fingerprint: String, at day: Day) throws {
        var options = options
        (options.population, options.fingerprint, options.at) = (population, fingerprint, day)
        for (agency, office) in try Self.open(options, folder) { change(agency) { $0 = office } }
        self.population.withLock { $0 = population }
        today.withLock { $0 = day }
    }

    private static func end(of day: Day) -> LocalTime { LocalTime(day, secondOfDay: 86_399) }

    func bytesSent(_ agency: AgencyID) -> Int { sent.withLock { $0[agency] ?? 0 } }
    func count(_ bytes: Int, sentBy agency: AgencyID) { sent.withLock { $0[agency, default: 0] += bytes } }

    var day: Day { today.withLock { $0 } }

    func change<Result: Sendable, Failure: Error>(
        _ agency: AgencyID,
        _ body: (inout AgencyOffice) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let guarded = offices[agency] else { return nil }
        return try guarded.office.withLock { office throws(Failure) -> Result in try body(&office) }
    }

    func changeAll<Failure: Error>(_ body: (inout AgencyOffice) throws(Failure) -> Void) throws(Failure) {
        for agency in TableBuilder.agencies { _ = try change(agency, body) }
    }

    func advance(to day: Day) throws {
        guard day >= self.day else { return }
        try changeAll { try $0.advance(to: Self.end(of: day)) }
        today.withLock { $0 = day }
    }

    func writeTruth(to path: String) throws {
        let crossings = try CrossingIndex(folder: folder)
        let lost = change(.hongdun) { $0.lost } ?? [:]
        try TruthWriter(population: population.withLock { $0 }, day: day, crossings: crossings, lost: lost).write(
            to: path
        )
    }
}
