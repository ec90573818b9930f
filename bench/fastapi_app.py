# The peer that people run today: FastAPI + uvicorn + scikit-learn, as their tutorials write it.
# Run by bench/http: uvicorn --app-dir bench fastapi_app:app --workers 2
import os

import joblib
import numpy as np
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

folder = os.environ["MODELS"]
models = {name: joblib.load(os.path.join(folder, name, "1", "model.joblib")) for name in os.listdir(folder)
          if os.path.exists(os.path.join(folder, name, "1", "model.joblib"))}
app = FastAPI()


class Request(BaseModel):
    instances: list


@app.post("/v1/models/{name}:predict")
def predict(name: str, request: Request):
    if name not in models:
        raise HTTPException(404)
    rows = request.instances if isinstance(request.instances[0], str) else np.asarray(request.instances, dtype=np.float64)
    return {"predictions": models[name].predict(rows).tolist()}
