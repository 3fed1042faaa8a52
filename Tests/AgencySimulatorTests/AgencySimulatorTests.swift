import Testing

@Suite("AgencySimulator")
struct AgencySimulatorTests {}
