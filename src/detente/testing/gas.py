"""A small gas system as tables: three countries, a supplier who may cut, a terminal, storage and a pact."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.crisis import attributes
from detente.crisis.csv_reader import read_records
from detente.models.registry import Tables

__all__ = ["GAS_FILES", "gas_tables", "write_gas_tables"]

_KNOWN = "2022-01-27,estimate,medium,atlas,"
_SHAPE = (31, 26, 25, 20, 15, 12, 11, 11, 14, 20, 26, 31)
_DEMAND = "".join(
    f"{node}-{month:02d},{node},{month:02d},{twh * size:g},{_KNOWN}\n"
    for node, size in (("AA", 1.0), ("BB", 0.5), ("CC", 0.2))
    for month, twh in enumerate(_SHAPE, 1)
)

GAS_FILES = {
    "gas_nodes": "id,name,actors,area,as_of,grade,confidence,source,claims\n"
    f"AA,Arland,AAA,EU,{_KNOWN}\nBB,Borland,BBB,EU,{_KNOWN}\nCC,Corland,CCC,EU,{_KNOWN}\n",
    "gas_routes": "id,name,start,end,supplier,capacity_twh_per_day,flow_twh_per_day,total_twh,cost_eur_per_mwh,"
    "as_of,grade,confidence,source,claims\n"
    f"main_line,Main line,EAS,AA,EAS,0.6,0.4,,,{_KNOWN}\n"
    f"east_line,East line,EAS,CC,EAS,0.2,0.08,,,{_KNOWN}\n"
    f"north_line,Sea line,SEA,BB,SEA,0.5,,130,,{_KNOWN}\n"
    f"production_AA,Fields of Arland,production,AA,own,0.05,,,,{_KNOWN}\n"
    f"AA_BB,Arland to Borland,AA,BB,,0.3,,,1,{_KNOWN}\n"
    f"BB_AA,Borland to Arland,BB,AA,,0.3,,,1,{_KNOWN}\n"
    f"AA_CC,Arland to Corland,AA,CC,,0.05,,,1,{_KNOWN}\n",
    "gas_terminals": "id,name,node,capacity_twh_per_day,cost_eur_per_mwh,as_of,grade,confidence,source,claims\n"
    f"port,Port of Borland,BB,0.3,1,{_KNOWN}\n",
    "gas_stores": "id,name,node,capacity_twh,stock_twh,injection_twh_per_day,withdrawal_twh_per_day,target_share,"
    "as_of,grade,confidence,source,claims\n"
    f"store_AA,Store of Arland,AA,60,24,0.4,0.8,0.4,{_KNOWN}\n",
    "gas_demand": f"id,node,month,demand_twh,as_of,grade,confidence,source,claims\n{_DEMAND}",
    "gas_supply": "id,name,group,volume_twh_per_day,price_eur_per_mwh,premium_eur_per_mwh,delay_days,"
    "as_of,grade,confidence,source,claims\n"
    f"today,cargoes as today,base,0.1,50,0,0,{_KNOWN}\n"
    f"near,cargoes diverted,market,0.1,80,0,10,{_KNOWN}\n"
    f"far,cargoes diverted further,market,0.1,160,0,20,{_KNOWN}\n"
    f"friend,cargoes by a pact,pact,0.05,50,10,30,{_KNOWN}\n",
}
"""The six files by kind of table; the source ``atlas`` stands for any."""


def gas_tables() -> Tables:
    """Return the tables as the columns that a model takes."""
    return {kind: _columns(text) for kind, text in GAS_FILES.items()}


def write_gas_tables(folder: Path) -> dict[str, str]:
    """Write the files into a crisis folder; return what stands under ``tables`` for them."""
    for kind, text in GAS_FILES.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    return {kind: f"{kind}.csv" for kind in GAS_FILES}


def _columns(text: str) -> dict[str, NDArray[Any]]:
    rows = [cells for _, cells in read_records(text)[1]]
    return {
        column: np.array([float(row[column] or "nan") for row in rows])
        if column in attributes()
        else np.array([row[column] for row in rows], dtype=np.str_)
        for column in rows[0]
    }
